using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>The published npm client, unchanged, through the gateway.</summary>
[Collection(RunningPlatform.Name)]
public sealed class UsingBetterAuthClients(PlatformFixture platform)
{
    [Fact]
    public async Task The_client_signs_up_in_and_out_and_uses_every_route_for_accounts_and_organizations()
    {
        platform.Provider.Person = new FakePerson($"{Random.Shared.NextInt64(1, long.MaxValue)}", $"social-{Guid.NewGuid():N}@example.com");
        await using var mails = await ServeMailsAsync();
        await NodeClients.CompleteAsync(
            "better-auth.mjs", platform.Platform.BaseAddress.GetLeftPart(UriPartial.Authority), mails.Urls.First(), platform.Provider.Person.Email!);
    }

    private async Task<WebApplication> ServeMailsAsync()
    {
        var folder = Path.Combine(platform.Platform.DataFolder, "mail");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", async (string to, string subject) => (await ReceivedMail.NewestAsync(folder, to, subject)).Link);
        await app.StartAsync();
        return app;
    }
}
