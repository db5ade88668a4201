using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>The published npm client, unchanged, over a socket.</summary>
public sealed class UsingBetterAuthClients(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task The_client_signs_up_in_and_out_and_uses_every_route_for_accounts()
    {
        await using var provider = await FakeProvider.StartAsync();
        provider.Person = new FakePerson("1", IdentityHost.NewEmail());
        await using var host = identity.StartAnother(provider.Settings("fake"));
        host.UseKestrel(0);
        host.StartServer();
        await using var mails = await ServeMailsAsync();
        await NodeClients.CompleteAsync("better-auth.mjs", host.ClientOptions.BaseAddress.ToString().TrimEnd('/'), mails.Urls.First(), provider.Person.Email!);
    }

    private async Task<WebApplication> ServeMailsAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", async (string to, string subject) => (await identity.MailAsync(to, subject)).Link);
        await app.StartAsync();
        return app;
    }
}
