using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class OnboardingOrganizations(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const string Shop =
        """
        <!doctype html><html><head><title>Plums</title>
        <meta property="og:site_name" content="Plum &amp; Co"><meta name="theme-color" content="#7a1fa2"><meta name="generator" content="Astro 5.1">
        <link rel="stylesheet" href="/site.css"><link rel="icon" href="/icon.png">
        <script type="application/ld+json">{"@type":"Organization","logo":"/brand/logo.png"}</script></head>
        <body><a href="/blog">Blog</a><a href="/courses">Courses</a><a href="/shop">Shop</a><a href="/cart">Cart</a>
        <a href="/pricing">Pricing</a><a href="https://discord.gg/plums">Discord</a><p>Built on https://happy-otter.convex.cloud</p></body></html>
        """;

    private const string Css = "h1 { font-family: 'Fraunces', serif } body { font-family: Karla, sans-serif; color: #333 } a { color: #0a7 } b { color: #0a7 }";

    [Fact]
    public async Task A_website_is_read_into_brand_features_mapping_guide_and_recommendations()
    {
        await using var site = await SiteAsync(Shop, "text/html; charset=utf-8");
        var answer = await AnalyzeAsync(site.Urls.First());
        var body = await answer.OkAsync();
        var (brand, features) = (body["analysis"]!["brand"]!, body["analysis"]!["features"]!);
        Assert.Equal("Plum & Co", (string?)brand["name"]);
        Assert.Equal(["#7A1FA2", "#00AA77"], Texts(brand["colors"]));
        Assert.Equal(["Fraunces", "Karla"], Texts(brand["fonts"]));
        Assert.EndsWith("/brand/logo.png", (string?)brand["logo"]);
        Assert.Equal(["blog", "courses", "products"], Texts(features["contentTypes"]));
        Assert.Equal(["subscriptions", "one-time-sales"], Texts(features["monetization"]));
        Assert.Equal(["discord"], Texts(features["community"]));
        Assert.Equal(("Astro", "Convex"), ((string?)features["techStack"]!["frontend"], (string?)features["techStack"]!["backend"]));
        Assert.Equal(3, (int)body["analysis"]!["content"]!["pages"]!);
        Assert.Equal("ecommerce", (string?)body["analysis"]!["businessModel"]!["primary"]);
        Assert.Equal("plum-co", (string?)body["installationSlug"]);

        var mapping = body["ontologyMapping"]!["document"]!["mapping"]!;
        Assert.Equal(
            ["creator", "organization", "website", "blog_post", "article", "course", "lesson", "certificate", "digital_product", "product",
                "subscription", "membership", "payment", "invoice"], Texts(mapping["things"]!["types"]));
        Assert.DoesNotContain("article", Texts(mapping["things"]!["canonicalTypes"]));
        Assert.Contains("group_owner", Texts(mapping["people"]!["canonicalTypes"]));
        Assert.Contains("Plum & Co is an educational platform", (string?)body["ontologyMapping"]!["markdown"]);
        Assert.Contains("--color-primary: #7A1FA2;", (string?)body["brandGuide"]!["markdown"]);
        Assert.Contains("--color-primary: hsl(282 68% 38%);", (string?)body["brandGuide"]!["markdown"]);
        Assert.Equal("png", (string?)body["brandGuide"]!["guide"]!["brand"]!["logo"]!["format"]);
        Assert.Equal(
            ["landing-page", "authentication", "multi-tenant", "blog-cms", "course-platform", "membership-tiers", "product-store",
                "discord-integration", "real-time-sync", "ai-agents", "rag-knowledge"],
            body["recommendations"]!.AsArray().Select(r => (string)r!["feature"]!));
    }

    [Fact]
    public async Task A_page_that_says_nothing_gets_the_neutral_answer()
    {
        await using var site = await SiteAsync("<p>hello", "text/html");
        var body = await (await AnalyzeAsync(site.Urls.First())).OkAsync();
        Assert.Equal(["#000000", "#FFFFFF"], Texts(body["analysis"]!["brand"]!["colors"]));
        Assert.Equal(["Inter", "sans-serif"], Texts(body["analysis"]!["brand"]!["fonts"]));
        Assert.Equal(["pages"], Texts(body["analysis"]!["features"]!["contentTypes"]));
        Assert.Equal("unknown", (string?)body["analysis"]!["businessModel"]!["primary"]);
    }

    [Fact]
    public async Task Broken_encodings_and_markup_are_read_as_browsers_read_them()
    {
        byte[] broken = [.. Encoding.ASCII.GetBytes("<title>\0</title></p></div><a href='/blog'>"), 0xC3, 0x28, 0xFF, 0xFE, .. Encoding.ASCII.GetBytes("<table><b><style>a{color:#0")];
        await using var site = await SiteAsync(broken, "text/html; charset=no-such-charset");
        var body = await (await AnalyzeAsync(site.Urls.First())).OkAsync();
        Assert.Equal(["blog"], Texts(body["analysis"]!["features"]!["contentTypes"]));
    }

    [Theory]
    [InlineData("/pdf", "website_not_html")]
    [InlineData("/missing", "website_refused")]
    [InlineData("/loop", "website_redirects")]
    [InlineData("/file", "website_address")]
    [InlineData("/deep", "website_unreadable")]
    [InlineData("/slow", "website_slow")]
    [InlineData("/drip", "website_slow")]
    [InlineData("/cut", "website_unreachable")]
    public async Task A_hostile_answer_is_a_named_fault(string path, string code)
    {
        await using var site = await SiteAsync(Shop, "text/html");
        await (await AnalyzeAsync($"{site.Urls.First()}{path}", ("Timeout", "00:00:01.5"))).ProblemAsync(400, code);
    }

    [Fact]
    public async Task Of_an_endless_page_only_the_beginning_is_read()
    {
        await using var site = await SiteAsync(Shop, "text/html");
        var body = await (await AnalyzeAsync($"{site.Urls.First()}/endless", ("MostBytes", "4096"))).OkAsync();
        Assert.Equal(["blog"], Texts(body["analysis"]!["features"]!["contentTypes"]));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/", "website_address")]
    [InlineData("http://127.0.0.1/", "website_private")]
    [InlineData("http://localhost/", "website_private")]
    [InlineData("http://[::1]/", "website_private")]
    [InlineData("http://[::ffff:10.0.0.1]/", "website_private")]
    [InlineData("http://0x7f000001/", "website_private")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "website_private")]
    [InlineData("https://user:secret@192.0.2.1/", "website_address")]
    [InlineData("ftp://192.0.2.1/", "website_address")]
    [InlineData("file:///etc/passwd", "website_address")]
    public async Task Nothing_inside_is_reached(string url, string code)
    {
        await using var site = await SiteAsync(Shop, "text/html");
        using var client = host.As(Guid.NewGuid(), null, Role.None);
        using var answer = await client.PostAsJsonAsync("/api/onboarding/analyze", RequestFor(string.Format(null, url, new Uri(site.Urls.First()).Port)));
        await answer.ProblemAsync(400, code);
    }

    [Fact]
    public async Task The_connection_itself_is_refused_when_a_name_leads_inside_after_the_check()
    {
        // As a name does that answers the check with a public address and the connect with a private one.
        await using var site = await SiteAsync(Shop, "text/html");
        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            async () => await PublicAddresses.ConnectAsync(
                new DnsEndPoint("example.org", new Uri(site.Urls.First()).Port), allowPrivate: false, (_, _) => Task.FromResult(new[] { IPAddress.Loopback }),
                CancellationToken.None));
        Assert.Contains("private", refused.Message);
    }

    [Fact]
    public async Task The_group_is_its_maker_s_private_and_told_in_one_event()
    {
        var (person, slug) = (Guid.NewGuid(), $"o-{Guid.NewGuid():N}"[..20]);
        using var client = host.As(person, null, Role.None);
        using var free = await host.Anonymous().GetAsync($"/api/onboarding/slug-available?slug={slug}");
        Assert.True((bool)(await free.OkAsync())["available"]!);
        using var made = await client.PostAsJsonAsync("/api/onboarding/groups", new { name = "Plum & Co", slug, ownerEmail = "p@example.org", plan = "starter" });
        var group = await made.OkAsync();
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(("organization", "private", "invite_only"), ((string?)group["type"], (string?)group["settings"]!["visibility"], (string?)group["settings"]!["joinPolicy"]));
        Assert.Equal("p@example.org", (string?)group["metadata"]!["ownerEmail"]);
        Assert.Equal(1L, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like '%group_created%' and body like $1", $"%{group.Id()}%"));

        using var taken = await host.Anonymous().GetAsync($"/api/onboarding/slug-available?slug={slug}");
        var answer = await taken.OkAsync();
        Assert.False((bool)answer["available"]!);
        Assert.StartsWith(slug[..15], (string?)answer["suggestion"]);
        using var again = await client.PostAsJsonAsync("/api/onboarding/groups", new { name = "x", slug, ownerEmail = "p@example.org" });
        await again.ProblemAsync(409, "slug_taken");
        using var plan = await client.PostAsJsonAsync("/api/onboarding/groups", new { name = "x", slug = $"{slug[..10]}-e", ownerEmail = "p@example.org", plan = "enterprise" });
        await plan.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_and_nobody_analyzes_unknown()
    {
        using var client = host.As(Guid.NewGuid(), null, Role.None);
        using var bad = await client.PostAsJsonAsync("/api/onboarding/analyze", new { name = "n", organizationName = "o", websiteUrl = "x", email = "no" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var slug = await host.Anonymous().GetAsync("/api/onboarding/slug-available?slug=-No-");
        Assert.Equal(HttpStatusCode.BadRequest, slug.StatusCode);
        using var stranger = await host.Anonymous().PostAsJsonAsync("/api/onboarding/analyze", RequestFor("https://example.org"));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    private async Task<HttpResponseMessage> AnalyzeAsync(string url, params (string Key, string Value)[] settings)
    {
        await using var instance = host.InstanceWith(
            [("Onboarding:Websites:AllowPrivateAddresses", "true"), .. settings.Select(s => ($"Onboarding:Websites:{s.Key}", (string?)s.Value))]);
        using var client = instance.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group: null, Role.None));
        var answer = await client.PostAsJsonAsync("/api/onboarding/analyze", RequestFor(url));
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private static object RequestFor(string url) => new { name = "Ada", organizationName = "Plum & Co", websiteUrl = url, email = "ada@example.org" };

    private static string[] Texts(JsonNode? array) => [.. array!.AsArray().Select(t => (string)t!)];

    private static Task<WebApplication> SiteAsync(string page, string type) => SiteAsync(Encoding.UTF8.GetBytes(page), type);

    private static async Task<WebApplication> SiteAsync(byte[] page, string type)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        site.MapGet("/", () => Results.Bytes(page, type));
        site.MapGet("/site.css", () => Results.Text(Css, "text/css"));
        site.MapGet("/sitemap.xml", () => Results.Text("<urlset><url><loc>a</loc></url><url><loc>b</loc></url><url><loc>c</loc></url></urlset>", "application/xml"));
        site.MapGet("/pdf", () => Results.Text("%PDF-1.7", "application/pdf"));
        site.MapGet("/loop", () => Results.Redirect("/loop"));
        site.MapGet("/file", () => Results.Redirect("file:///etc/passwd"));
        site.MapGet("/deep", () => Results.Text(string.Concat(Enumerable.Repeat("<div>", 20_000)), "text/html"));
        site.MapGet("/slow", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
        site.MapGet("/drip", (HttpContext context) => WriteAsync(context, TimeSpan.FromMilliseconds(100)));
        site.MapGet("/endless", (HttpContext context) => WriteAsync(context, TimeSpan.Zero));
        site.MapGet("/cut", async (HttpContext context) =>
        {
            context.Response.ContentLength = 1000;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<a href='/blog'>");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await site.StartAsync();
        return site;
    }

    private static async Task WriteAsync(HttpContext context, TimeSpan pause)
    {
        context.Response.ContentType = "text/html";
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync("<a href='/blog'>news</a>", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            await Task.Delay(pause, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
