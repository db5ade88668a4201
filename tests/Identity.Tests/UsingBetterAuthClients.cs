using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>The published npm client, unchanged, over a socket.</summary>
public sealed class UsingBetterAuthClients(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_client_signs_up_in_and_out_and_uses_every_route_for_accounts()
    {
        await using var provider = await FakeProvider.StartAsync();
        provider.Person = new FakePerson("1", IdentityHost.NewEmail());
        await using var host = identity.StartAnother(provider.Settings("fake"));
        host.UseKestrel(0);
        host.StartServer();
        await using var mails = await ServeMailsAsync();
        var folder = Path.Combine(AppContext.BaseDirectory, "clients");
        await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var output = await RunAsync(folder, "node", "better-auth.mjs", host.ClientOptions.BaseAddress.ToString().TrimEnd('/'), mails.Urls.First(), provider.Person.Email!);
        Assert.Contains("complete", output, StringComparison.Ordinal);
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

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(s_deadline);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program}: {await output}{await error}");
        return await output;
    }
}
