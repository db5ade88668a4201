using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>The page behind an invitation's link, beside an Ontology that knows one invitation.</summary>
public sealed class AcceptingInvitations(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private const string Invitation = "an-invitation";

    [Fact]
    public async Task Who_is_signed_in_accepts_by_a_button_and_everybody_else_is_led_to_sign_in()
    {
        await using var ontology = await StartOntologyAsync();
        await using var host = identity.StartAnother(("services:ontology:http:0", ontology.Urls.First()));
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var browser = host.CreateClient();
        var anonymous = await browser.GetStringAsync($"/account/accept-invitation?token={Invitation}");
        Assert.Contains("/account/signin?returnTo=%2Faccount%2Faccept-invitation", anonymous, StringComparison.Ordinal);

        await SubmitAsync(browser, "/account/signin", "/account/signin", new("email", email), new("password", Password));
        var page = await browser.GetStringAsync($"/account/accept-invitation?token={Invitation}");
        Assert.Contains(email, page, StringComparison.Ordinal);
        using var forged = await browser.PostAsync("/account/accept-invitation", new FormUrlEncodedContent([new("token", Invitation), new("guard", "made-up")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var accepted = await SubmitAsync(browser, $"/account/accept-invitation?token={Invitation}", "/account/accept-invitation");
        Assert.Contains("You are in", await accepted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknown = await SubmitAsync(browser, "/account/accept-invitation?token=unknown", "/account/accept-invitation");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var late = await SubmitAsync(browser, "/account/accept-invitation?token=expired", "/account/accept-invitation");
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Contains("It has expired.", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_other_service_is_away_the_page_says_so()
    {
        await using var host = identity.StartAnother(("services:ontology:http:0", $"http://127.0.0.1:{FreePort.Find()}"));
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var browser = host.CreateClient();
        await SubmitAsync(browser, "/account/signin", "/account/signin", new("email", email), new("password", Password));
        using var away = await SubmitAsync(browser, $"/account/accept-invitation?token={Invitation}", "/account/accept-invitation");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Contains("Try again", await away.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string page, string action, params KeyValuePair<string, string>[] typed)
        => await browser.PostAsync(action, new FormUrlEncodedContent([.. Forms.Hidden(await browser.GetStringAsync(page)), .. typed]));

    private static async Task<WebApplication> StartOntologyAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/api/people/invitations/{token}/accept", (string token, HttpRequest request) => (token, request.Headers.Authorization.ToString().StartsWith("Bearer ey", StringComparison.Ordinal)) switch
        {
            (Invitation, true) => Results.Ok(new { groupId = Guid.NewGuid() }),
            ("expired", true) => Results.Problem("It has expired.", statusCode: StatusCodes.Status409Conflict),
            _ => Results.NotFound(),
        });
        await app.StartAsync();
        return app;
    }
}
