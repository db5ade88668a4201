using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OnePlatform.Identity.Data;
using OnePlatform.Testing;
using Xunit;
using Xunit.Abstractions;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Nobody learns whether an address has an account: not from status, headers or body, and not from the time.</summary>
public sealed partial class EnumeratingAccounts(EnumeratingAccounts.StrictHost host, ITestOutputHelper output) : IClassFixture<EnumeratingAccounts.StrictHost>
{
    private const int Measurements = 6;
    private const double Tolerance = 0.10;

    public static TheoryData<string> Routes() =>
    [
        "signin", "signup", "forgot-password", "magic-link", "verify-email/resend", "verify-email", "magic-link/verify",
        "sign-in/email", "sign-up/email", "request-password-reset", "sign-in/magic-link", "send-verification-email",
    ];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Known_and_unknown_addresses_get_the_same_answer(string route)
    {
        foreach (var state in new[] { "verified", "unverified", "enrolled", "without password", "locked", "deleted" })
        {
            var (known, unknown) = (await host.PersonAsync(state), NewEmail());
            using var first = await PostAsync(route, known);
            using var second = await PostAsync(route, unknown);
            Assert.Equal(second.StatusCode, first.StatusCode);
            Assert.Equal(second.Headers.Select(h => h.Key).Order(), first.Headers.Select(h => h.Key).Order());
            Assert.Equal(await TextAsync(second, unknown), await TextAsync(first, known));
        }
    }

    [Fact]
    public async Task A_sign_up_with_a_known_address_tells_its_owner_by_mail()
    {
        var known = await host.PersonAsync("verified");
        using var response = await PostAsync("signup", known);
        await host.Identity.MailAsync(known, "have an account already");
    }

    // The hash of a real cost outweighs the rest, as it does in production; known and unknown take turns, so that whatever else the
    // machine does slows both. Noise passes one of six measurements; a leak passes none.
    [Theory]
    [InlineData("signin", 100)]
    [InlineData("signup", 100)]
    [InlineData("forgot-password", 200)]
    [InlineData("magic-link", 200)]
    [InlineData("magic-link/verify", 200)]
    public async Task Known_and_unknown_addresses_take_the_same_time(string route, int pairs)
    {
        var known = await host.PersonAsync("verified");
        if (route == "magic-link/verify")
        {
            // A code that could be guessed.
            using var asked = await PostAsync("magic-link", known);
            await host.Identity.MailAsync(known, "sign-in link");
        }

        await MeasureAsync(route, known, 5);
        List<double> allOfKnown = [], allOfUnknown = [];
        var difference = 1.0;
        for (var i = 0; i < Measurements && difference > Tolerance; i++)
        {
            var (ofKnown, ofUnknown) = await MeasureAsync(route, known, pairs);
            allOfKnown.AddRange(ofKnown);
            allOfUnknown.AddRange(ofUnknown);
            difference = Math.Min(Difference(ofKnown, ofUnknown), Difference(allOfKnown, allOfUnknown));
            output.WriteLine($"{route}: known {Median(ofKnown):F2} ms, unknown {Median(ofUnknown):F2} ms, {difference:P1}");
        }

        Assert.InRange(difference, 0, Tolerance);
    }

    private async Task<(List<double> Known, List<double> Unknown)> MeasureAsync(string route, string known, int pairs)
    {
        List<double> ofKnown = [], ofUnknown = [];
        for (var i = 0; i < pairs; i++)
        {
            var unknown = NewEmail();
            var turns = i % 2 == 0 ? new[] { (known, ofKnown), (unknown, ofUnknown) } : [(unknown, ofUnknown), (known, ofKnown)];
            foreach (var (email, times) in turns)
            {
                var started = Stopwatch.GetTimestamp();
                using var response = await PostAsync(route, email);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                Assert.NotEqual(System.Net.HttpStatusCode.TooManyRequests, response.StatusCode);
            }
        }

        return (ofKnown, ofUnknown);
    }

    private static double Difference(List<double> first, List<double> second)
        => Math.Abs(Median(first) - Median(second)) / Math.Max(Median(first), Median(second));

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private Task<HttpResponseMessage> PostAsync(string route, string email) => host.Client.PostAsJsonAsync($"/api/auth/{route}", route switch
    {
        "signin" or "sign-in/email" => new { email, password = "not-the-password" },
        "signup" or "sign-up/email" => new { email, password = Password, name = "Ada" },
        "verify-email" or "magic-link/verify" => new { email, code = "000000" },
        _ => (object)new { email },
    });

    private static async Task<string> TextAsync(HttpResponseMessage response, string email)
        => Passing().Replace((await response.Content.ReadAsStringAsync()).Replace(email, "…", StringComparison.Ordinal), "…");

    // Ids and times that are new in each answer.
    [GeneratedRegex("\"(traceId|id|createdAt|updatedAt)\":\"[^\"]*\"")]
    private static partial Regex Passing();

    /// <summary>Verification is demanded, passwords cost what they cost, and nothing but the answers themselves is limited.</summary>
    public sealed class StrictHost : IAsyncLifetime
    {
        private ServiceHost<IdentityDb>? _host;

        internal IdentityHost Identity { get; } = new();

        public HttpClient Client { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await Identity.InitializeAsync();
            var limits = new[] { "SignIn", "SignInPerAddress", "SignInPerAccount", "SignUp", "SignUpPerAddress", "Mail", "ProofPerAddress" }.Select(r => ($"Identity:Attempts:{r}:Limit", "100000"));
            _host = Identity.StartAnother([("Identity:RequireVerifiedEmail", "true"), ("Identity:BcryptCost", "9"), .. limits]);
            Client = _host.CreateClient(new() { HandleCookies = false });
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            await _host!.DisposeAsync();
            await Identity.DisposeAsync();
        }

        public async Task<string> PersonAsync(string state)
        {
            var email = NewEmail();
            await Identity.SignUpAsync(email);
            if (state == "enrolled")
            {
                await Identity.EnrolAsync(email);
            }

            // As if made here: a hash of another cost would take another time.
            await Identity.Database.ScalarAsync<int>(
                "update users set email_verified = $2 <> 'unverified', password_hash = case when $2 = 'without password' then null else $3 end where email = $1",
                email, state, s_hash.Value);
            await Identity.Database.ScalarAsync<int>(state switch
            {
                "locked" => "update users set locked_at = now() where email = $1",
                "deleted" => "update users set deleted_at = now() where email = $1",
                _ => "select 1 where $1 is not null",
            }, email);
            return email;
        }

        private static readonly Lazy<string> s_hash = new(() => BCrypt.Net.BCrypt.EnhancedHashPassword(Password, BCrypt.Net.HashType.SHA384, 9));
    }
}
