using System.Net;
using System.Net.Http.Json;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>A group's <c>requireIfMatch</c>, which Ontology keeps, holds for what the other services keep of it.</summary>
[Collection(RunningPlatform.Name)]
public sealed class AskingForPreconditions(PlatformFixture platform)
{
    [Fact]
    public async Task A_webhook_and_a_key_are_changed_with_the_version_they_are_of_once_the_group_asks_for_it()
    {
        var tenant = await platform.NewTenantAsync("careful");
        using var owner = platform.Anonymous();
        owner.DefaultRequestHeaders.Authorization = new("Bearer", tenant.AccessToken);
        var webhook = (string)(await owner.SendAsync(HttpMethod.Post, "/api/webhooks", new { url = "https://93.184.216.34/hook" }))["id"]!;
        await owner.SendAsync(HttpMethod.Patch, $"/api/groups/{tenant.GroupId}", new { settings = new { requireIfMatch = true } });

        foreach (var (path, change) in new[] { ($"/api/webhooks/{webhook}", (object)new { description = "ours" }), ($"/api/api-keys/{tenant.KeyId}", new { name = "ours" }) })
        {
            await Eventually.TrueAsync(async () => await ChangeAsync(path, change, tag: null) == HttpStatusCode.PreconditionRequired);
            using var read = await owner.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, await ChangeAsync(path, change, read.Headers.ETag!.ToString()));
        }

        async Task<HttpStatusCode> ChangeAsync(string path, object change, string? tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(change) };
            if (tag is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", tag);
            }

            using var response = await owner.SendAsync(request);
            return response.StatusCode;
        }
    }
}
