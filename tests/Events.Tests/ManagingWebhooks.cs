using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OnePlatform.Events.Webhooks;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class ManagingWebhooks(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    private const string Url = "https://93.184.216.34/hook";

    public static TheoryData<string, string> BadBodies => new()
    {
        { "{}", "/url" },
        { """{"url":"ftp://example.org"}""", "/url" },
        { """{"url":"/relative"}""", "/url" },
        { """{"url":"https://user:secret@93.184.216.34/"}""", "/url" },
        { """{"url":"https://93.184.216.34/","types":["made_up"]}""", "/types/0" },
        { """{"url":"https://93.184.216.34/","scope":"all"}""", "/scope" },
        { """{"url":"https://93.184.216.34/","colour":1}""", "/colour" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_webhook_is_refused_at_its_fault(string body, string pointer)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var response = await client.PostAsync("/api/webhooks", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task In_a_group_that_asks_for_it_a_change_names_the_version_it_is_of(string method)
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group);
        await GroupTreeRows.AddAsync(host, [group]);
        await host.Database.ScalarAsync<int>("update group_tree set require_if_match = true where id = $1", group);
        var path = $"/api/webhooks/{WebhooksHost.Id(await WebhooksHost.CreateAsync(client, Url))}";
        using var read = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.PreconditionRequired, await ChangeAsync(null));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await ChangeAsync("\"stale\""));
        Assert.True(await ChangeAsync(read.Headers.ETag!.ToString()) is HttpStatusCode.OK or HttpStatusCode.NoContent);

        async Task<HttpStatusCode> ChangeAsync(string? tag)
        {
            using var change = new HttpRequestMessage(new HttpMethod(method), path);
            change.Content = method == "PATCH" ? JsonContent.Create(new { description = "ours" }) : null;
            if (tag is not null)
            {
                change.Headers.TryAddWithoutValidation("If-Match", tag);
            }

            using var response = await client.SendAsync(change);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_webhook_is_made_read_listed_changed_and_removed_and_shows_its_secret_once()
    {
        using var client = host.ClientIn(Guid.NewGuid());
        var made = await WebhooksHost.CreateAsync(client, Url, types: ["thing_created"]);
        var path = $"/api/webhooks/{WebhooksHost.Id(made)}";
        Assert.StartsWith("whsec_", made["secret"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("entity_created", made["types"]![0]!.GetValue<string>());
        made.Remove("secret");
        Assert.True(JsonNode.DeepEquals(made, await client.GetObjectAsync(path)));
        Assert.True(JsonNode.DeepEquals(made, (await client.GetObjectAsync("/api/webhooks")).Results().Single()));

        using var read = await client.GetAsync(path);
        using var change = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(new { description = "ours", types = Array.Empty<string>() }) };
        change.Headers.IfMatch.Add(read.Headers.ETag!);
        using var changed = await client.SendAsync(change);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(read.Headers.ETag, changed.Headers.ETag);
        Assert.Equal("ours", (await client.GetObjectAsync(path))["description"]!.GetValue<string>());

        using var gone = await client.DeleteAsync(path);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var absent = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        Assert.Equal(3, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{WebhooksHost.Id(made)}%"));
    }

    [Fact]
    public async Task Of_two_changes_at_once_by_the_same_tag_one_is_refused()
    {
        using var client = host.ClientIn(Guid.NewGuid());
        var path = $"/api/webhooks/{WebhooksHost.Id(await WebhooksHost.CreateAsync(client, Url))}";
        using var read = await client.GetAsync(path);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var change = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(new { description = $"{i}" }) };
            change.Headers.IfMatch.Add(read.Headers.ETag!);
            using var answer = await client.SendAsync(change);
            return answer.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(a => a == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Changes_at_once_that_state_no_tag_are_all_made()
    {
        using var client = host.ClientIn(Guid.NewGuid());
        var id = WebhooksHost.Id(await WebhooksHost.CreateAsync(client, Url));
        var path = $"/api/webhooks/{id}";
        // Ten at most: one of them may lose against each of the others.
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var change = JsonContent.Create(i % 2 == 0 ? (object)new { description = $"{i}" } : new { ordered = i % 4 == 1 });
            using var answer = await client.PatchAsync(path, change);
            return answer.StatusCode;
        }));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a));
        Assert.Equal(11, (await client.GetObjectAsync(path))["version"]!.GetValue<long>());
        Assert.Equal(11, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{id}%"));

        var ends = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var answer = i == 0 ? await client.DeleteAsync(path) : await client.PostAsync($"{path}/rotate-secret", null);
            return answer.StatusCode;
        }));
        Assert.Equal(HttpStatusCode.NoContent, ends[0]);
        Assert.All(ends[1..], e => Assert.True(e is HttpStatusCode.OK or HttpStatusCode.NotFound, e.ToString()));
    }

    [Fact]
    public async Task A_new_webhook_comes_with_the_tag_of_what_is_read()
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var made = await client.PostAsJsonAsync("/api/webhooks", new { url = Url });
        using var read = await client.GetAsync(made.Headers.Location);
        Assert.NotNull(made.Headers.ETag);
        Assert.Equal(read.Headers.ETag, made.Headers.ETag);
    }

    [Fact]
    public async Task Another_groups_webhook_answers_like_one_that_does_not_exist()
    {
        var theirs = Guid.NewGuid();
        using var owner = host.ClientIn(theirs);
        var id = WebhooksHost.Id(await WebhooksHost.CreateAsync(owner, Url));
        using var stranger = host.ClientIn(Guid.NewGuid());
        Assert.Empty((await stranger.GetObjectAsync("/api/webhooks")).Ids());
        foreach (var webhook in new[] { id, Guid.CreateVersion7() })
        {
            foreach (var (method, path) in new[] { ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/rotate-secret"), ("GET", "/deliveries"), ("POST", "/replay") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/webhooks/{webhook}{path}");
                if (method is "PATCH" || path is "/replay")
                {
                    request.Content = JsonContent.Create(new JsonObject());
                }

                using var response = await stranger.SendAsync(request);
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            }
        }

        Assert.Single((await owner.GetObjectAsync("/api/webhooks")).Ids());
    }

    [Fact]
    public async Task Only_owners_and_keys_with_the_scope_manage_webhooks_and_not_too_many()
    {
        var group = Guid.NewGuid();
        using var user = host.ClientIn(group, Role.GroupUser);
        using var key = host.ClientIn(group);
        key.DefaultRequestHeaders.Authorization = new("Bearer", host.Tokens.ForKey(Guid.NewGuid(), group, "events:read"));
        foreach (var client in new[] { user, key })
        {
            using var response = await client.PostAsJsonAsync("/api/webhooks", new { url = Url });
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        using var owner = host.ClientIn(group);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var answer = await owner.PostAsJsonAsync("/api/webhooks", new { url = Url });
            return answer.StatusCode;
        }));
        Assert.Equal(50, answers.Count(a => a == HttpStatusCode.Created));
        Assert.Equal(10, answers.Count(a => a == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:a00:1::")]
    [InlineData("ff02::1")]
    public void Addresses_inside_are_not_public(string address) => Assert.False(ReceiverAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("2606:2800:220:1::1")]
    [InlineData("::ffff:93.184.216.34")]
    public void Addresses_outside_are(string address) => Assert.True(ReceiverAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task Where_private_addresses_are_closed_they_are_refused_when_registered_and_when_connected_to()
    {
        await using var closed = host.StartAnother(settings: ("Webhooks:AllowPrivateAddresses", "false"));
        var group = Guid.NewGuid();
        using var client = closed.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), group));
        foreach (var url in new[]
        {
            "http://93.184.216.34/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0x7f000001/", "https://2130706433/", "https://127.1/",
            "https://169.254.169.254/latest/meta-data", "https://[::ffff:7f00:1]/", "https://no-such-host.invalid/",
        })
        {
            using var response = await client.PostAsJsonAsync("/api/webhooks", new { url });
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        // A name that led outside when it was registered and leads inside now.
        var (inside, got) = host.Receiver.Open();
        using var open = host.ClientIn(group);
        var webhook = await WebhooksHost.CreateAsync(open, inside.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), types: ["x.never"]);
        using var tried = await client.PostAsync($"/api/webhooks/{WebhooksHost.Id(webhook)}/test", null);
        var attempt = (await tried.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.False(attempt["delivered"]!.GetValue<bool>());
        Assert.Contains("private network", attempt["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(got());
    }
}
