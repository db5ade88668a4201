using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnePlatform.Events.Delivery;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>Where private addresses are closed, by names that the test resolves.</summary>
public sealed class KeepingOutOfPrivateNetworks(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    public static TheoryData<string[]> Inside => new(
        ["127.0.0.1"], ["10.0.0.8"], ["172.16.5.4"], ["192.168.0.9"], ["169.254.169.254"], ["0.0.0.0"], ["::1"], ["fe80::1"], ["fd12::1"], ["::ffff:127.0.0.1"],
        ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"]);

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task A_name_that_leads_inside_is_refused_when_registered_and_when_connected_to(string[] inside)
    {
        var answers = inside;
        var addresses = Closed((_, _) => Task.FromResult(answers.Select(IPAddress.Parse).ToArray()));
        Assert.Equal("url must not lead into a private network.", await addresses.RefuseAsync("https://receiver.example/hook", CancellationToken.None));

        // Registered while it led outside; now it leads inside, to a port where somebody listens.
        var (url, got) = host.Receiver.Open();
        var name = new UriBuilder(url) { Host = "receiver.example" }.Uri;
        answers = ["93.184.216.34"];
        Assert.Null(await addresses.RefuseAsync(name.AbsoluteUri.Replace("http:", "https:", StringComparison.Ordinal), CancellationToken.None));
        answers = inside;
        var outcome = await SendAsync(addresses, name.AbsoluteUri);
        Assert.False(outcome.Attempt.Delivered);
        Assert.Contains("private network", outcome.Attempt.Error, StringComparison.Ordinal);
        Assert.Empty(got());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("2130706433")]
    public async Task An_address_inside_is_not_connected_to_however_it_is_written(string written)
    {
        var (url, got) = host.Receiver.Open();
        var outcome = await SendAsync(Closed(Dns.GetHostAddressesAsync), url.Replace("127.0.0.1", written, StringComparison.Ordinal));
        Assert.Contains("private network", outcome.Attempt.Error, StringComparison.Ordinal);
        Assert.Empty(got());
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_failure_and_its_target_is_never_asked(int status)
    {
        var (elsewhere, elsewhereGot) = host.Receiver.Open();
        var (url, got) = host.Receiver.Open((_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = elsewhere;
            return Task.CompletedTask;
        });
        var outcome = await SendAsync(host.Services.GetRequiredService<ReceiverAddresses>(), url);
        Assert.False(outcome.Attempt.Delivered);
        Assert.Equal(status, outcome.Attempt.Status);
        Assert.Single(got());
        Assert.Empty(elsewhereGot());
    }

    private static ReceiverAddresses Closed(ResolveHost resolve)
        => new(Options.Create(new WebhookOptions { AllowPrivateAddresses = false }), resolve);

    private async Task<AttemptOutcome> SendAsync(ReceiverAddresses addresses, string url)
    {
        var secrets = host.Services.GetRequiredService<WebhookSecrets>();
        var (webhook, now) = (Guid.NewGuid(), TimeProvider.System.GetUtcNow());
        using var sender = new WebhookSender(addresses, secrets, host.Services.GetRequiredService<IOptions<WebhookOptions>>(), TimeProvider.System);
        var content = new EventResponse(
            Guid.NewGuid(), 1, webhook, "x.test", "test", "system", null, null, null, null, now, now, JsonElement.Parse("{}"), null, null, null, null, null);
        return await sender.SendAsync(webhook, content.Id, url, secrets.Make(webhook).Sealed, null, content, CancellationToken.None);
    }
}
