using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OneTime;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Sessions;

/// <summary>
/// Failed sign-ins: per account and address, per address, and per account from everywhere. None of it lets a stranger lock the
/// owner out: the owner's own addresses have a count of their own, and the account's ends by itself.
/// </summary>
internal sealed class SignInAttempts(
    IdentityDb db, AttemptLimiter attempts, RequestOrigin origin, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private const string PerAccountAndAddress = "sign-in";
    private const string PerAccount = "sign-in-account";
    private const string PerAddress = "sign-in-address";
    private static readonly TimeSpan s_lately = TimeSpan.FromDays(30);

    private AttemptOptions Rules => options.Value.Attempts;

    private string Network => ClientNetwork.Of(origin.Current.Ip);

    /// <param name="account">The address that was typed, whether or not it has an account.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <returns>Null when an attempt may be made, else how long to wait.</returns>
    public async Task<TimeSpan?> LookAsync(string account, CancellationToken cancellationToken)
    {
        var waits = await attempts.LookAsync(
            (Rules.SignIn, PerAccountAndAddress, $"{account}|{Network}"), (Rules.SignInPerAddress, PerAddress, Network), (Rules.SignInPerAccount, PerAccount, account));
        return waits.Take(2).Max() ?? await UnlessKnownAsync(account, waits[2], cancellationToken);
    }

    /// <summary>Counts a failure.</summary>
    /// <returns>Null when it was within the limits, else how long to wait.</returns>
    public async Task<TimeSpan?> FailAsync(string account, CancellationToken cancellationToken)
    {
        var waits = await Task.WhenAll(
            attempts.TakeAsync(Rules.SignIn, PerAccountAndAddress, $"{account}|{Network}"),
            attempts.TakeAsync(Rules.SignInPerAddress, PerAddress, Network));
        return waits.Max() ?? await UnlessKnownAsync(account, await attempts.TakeAsync(Rules.SignInPerAccount, PerAccount, account), cancellationToken);
    }

    public async Task<bool> MayMailAsync(string email) => await attempts.TakeAsync(Rules.Mail, OneTimePurposes.VerifyEmail, email) is null;

    private async Task<TimeSpan?> UnlessKnownAsync(string account, TimeSpan? wait, CancellationToken cancellationToken)
    {
        if (wait is null)
        {
            return null;
        }

        db.Scope.ActAsSystem();
        var (since, ip) = (clock.GetUtcNow() - s_lately, origin.Current.Ip ?? "");
        var isKnown = await db.Sessions
            .Join(db.Users.Where(u => u.Email == account), s => s.UserId, u => u.Id, (s, _) => s)
            .AnyAsync(s => s.Ip == ip && s.CreatedAt > since, cancellationToken);
        return isKnown ? null : wait;
    }
}
