using System.Globalization;
using System.Net.Http.Json;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class SendingMails : IAsyncLifetime, IAsyncDisposable
{
    // Of its own, without a first instance: that one would send the mails to its folder.
    private readonly IdentityHost _identity = new();

    public Task InitializeAsync() => _identity.CreateDatabaseAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _identity.DisposeAsync();

    [Fact]
    public async Task Three_instances_send_each_mail_once_over_smtp()
    {
        using var smtp = new SmtpReceiver();
        await using var first = Start(smtp.Port);
        await using var second = Start(smtp.Port);
        await using var third = Start(smtp.Port);
        var hosts = new[] { first.CreateClient(), second.CreateClient(), third.CreateClient() };
        var emails = Enumerable.Range(0, 30).Select(_ => NewEmail()).ToList();
        await Task.WhenAll(emails.Select((email, i) => SignUpAsync(hosts[i % 3], email)));
        await Eventually.TrueAsync(() => Task.FromResult(smtp.Received.Count >= 30));
        await _identity.MailsAreSentAsync();
        Assert.Equal(emails.Order(), smtp.Received.Select(m => m.To.Mailboxes.Single().Address).Order());
        Assert.Equal(30, smtp.Received.Select(m => m.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task A_server_that_takes_a_mail_and_falls_silent_gets_the_very_same_mail_again()
    {
        using var smtp = new SmtpReceiver(silences: 1);
        await using var host = Start(smtp.Port);
        var email = NewEmail();
        await SignUpAsync(host.CreateClient(), email);
        await Eventually.TrueAsync(() => Task.FromResult(smtp.Received.Count >= 2));
        var mails = smtp.Received.Select(m => new ReceivedMail(m)).ToList();
        Assert.Single(mails.Select(m => m.Message.MessageId).Distinct());
        Assert.Single(mails.Select(m => m.Token).Distinct());
        await _identity.MailsAreSentAsync();
        using var verified = await host.CreateClient().PostAsJsonAsync("/api/auth/verify-email", new { token = mails[0].Token });
        Assert.True(verified.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_link_is_good_the_moment_somebody_can_read_it()
    {
        HttpClient? browser = null;
        var answer = new TaskCompletionSource<bool>();
        using var smtp = new SmtpReceiver(reading: async message =>
        {
            using var verified = await browser!.PostAsJsonAsync("/api/auth/verify-email", new { token = new ReceivedMail(message).Token });
            answer.TrySetResult(verified.IsSuccessStatusCode);
        });
        await using var host = Start(smtp.Port);
        browser = host.CreateClient();
        await SignUpAsync(browser, NewEmail());
        Assert.True(await answer.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_mail_that_no_server_takes_waits_and_is_set_aside_in_the_end()
    {
        await using var host = Start(port: 9, ("Mail:MaxAttempts", "2"));
        var email = NewEmail();
        await SignUpAsync(host.CreateClient(), email);
        await Eventually.TrueAsync(async () => await _identity.Database.ScalarAsync<long>(
            "select count(*) from mails where email = $1 and failed_at is not null and attempts = 2 and last_error <> ''", email) == 1);
    }

    private static async Task SignUpAsync(HttpClient client, string email)
    {
        using var response = await client.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Ada" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private ServiceHost<Data.IdentityDb> Start(int port, params (string Key, string Value)[] more) => _identity.StartAnother(
    [
        ("Mail:Smtp:Host", "127.0.0.1"), ("Mail:Smtp:Port", port.ToString(CultureInfo.InvariantCulture)), ("Mail:Smtp:RequireTls", "false"),
        ("Mail:Backoff", "00:00:00.05"), ("Mail:PollInterval", "00:00:00.1"), .. more,
    ]);
}
