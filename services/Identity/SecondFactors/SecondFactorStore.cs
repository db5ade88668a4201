using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.SecondFactors;

/// <summary>Sets second factors up and takes them away. Every change ends the person's other sessions.</summary>
internal sealed class SecondFactorStore(
    IdentityDb db, DerivedKeys secrets, RecoveryCodes recoveryCodes, SessionStore sessions, MailQueue mails, AuthLog log, TimeProvider clock)
{
    /// <summary>A new secret that counts once a code of it was right. Asking again gives another.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="withCodes">Recovery codes come along; else they come with the first code.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <returns>Null when a second factor is enabled already, or is being set up at this moment.</returns>
    public async Task<(SecondFactorSetupResponse Setup, IReadOnlyList<string> Codes)?> BeginAsync(User user, bool withCodes, CancellationToken cancellationToken)
    {
        var secret = AuthenticatorApp.NewSecret();
        var sealedSecret = secrets.Seal(secret, ContextOf(user.Id));
        if (await db.SecondFactors.FirstOrDefaultAsync(f => f.UserId == user.Id, cancellationToken) is not { } factor)
        {
            db.SecondFactors.Add(new SecondFactor { UserId = user.Id, Secret = sealedSecret });
        }
        else if (factor.EnabledAt is null)
        {
            factor.Secret = sealedSecret;
        }
        else
        {
            return null;
        }

        IReadOnlyList<string> codes = withCodes ? await recoveryCodes.ReplaceAsync(user.Id, cancellationToken) : [];
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return (AuthenticatorApp.Describe(secret, user.Email), codes);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException
            || exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return null;
        }
    }

    /// <summary>The set-up again, for another device.</summary>
    public async Task<SecondFactorSetupResponse?> DescribeAsync(User user, CancellationToken cancellationToken)
        => await FindAsync(user.Id, cancellationToken) is { } factor
            ? AuthenticatorApp.Describe(secrets.Open(factor.Secret, ContextOf(user.Id)), user.Email)
            : null;

    /// <summary>Takes a code, each once: of two with the same code at once, one is refused.</summary>
    public async Task<bool> TakeCodeAsync(Guid userId, string code, CancellationToken cancellationToken)
    {
        if (await FindAsync(userId, cancellationToken) is not { } factor
            || AuthenticatorApp.StepOf(secrets.Open(factor.Secret, ContextOf(userId)), code, clock.GetUtcNow()) is not { } step)
        {
            return false;
        }

        return await db.SecondFactors
            .Where(f => f.UserId == userId && f.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.LastStep, step), cancellationToken) == 1;
    }

    /// <summary>From now on every sign-in takes both; this session has just shown both.</summary>
    /// <param name="session">The one that stays.</param>
    /// <param name="user">Its person.</param>
    /// <param name="keepCodes">The recovery codes were shown before.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <returns>New recovery codes; null when it was enabled meanwhile.</returns>
    public async Task<IReadOnlyList<string>?> EnableAsync(Session session, User user, bool keepCodes, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.SecondFactors.FirstOrDefaultAsync(f => f.UserId == user.Id && f.EnabledAt == null, cancellationToken) is not { } factor)
        {
            return null;
        }

        factor.EnabledAt = now;
        IReadOnlyList<string> codes = keepCodes ? [] : await recoveryCodes.ReplaceAsync(user.Id, cancellationToken);
        user.SecondFactorEnabled = true;
        var proof = new Proof(session.Methods[0], Proof.App);
        (session.Assurance, session.Methods, session.AuthenticatedAt) = (proof.Assurance, [.. proof.Methods], now);
        return await TrySaveAsync(session, user, "second_factor_enabled", cancellationToken) ? codes : null;
    }

    /// <returns>False when it was changed at the same moment.</returns>
    public async Task<bool> DisableAsync(Session session, User user, CancellationToken cancellationToken)
    {
        await ForgetAsync(user, cancellationToken);
        (session.Assurance, session.Methods) = (1, [session.Methods[0]]);
        return await TrySaveAsync(session, user, "second_factor_disabled", cancellationToken);
    }

    /// <summary>Takes it away with its recovery codes, with the unit of work.</summary>
    public async Task ForgetAsync(User user, CancellationToken cancellationToken)
    {
        await recoveryCodes.RemoveAsync(user.Id, cancellationToken);
        db.SecondFactors.RemoveRange(await db.SecondFactors.Where(f => f.UserId == user.Id).ToListAsync(cancellationToken));
        user.SecondFactorEnabled = false;
    }

    /// <returns>Null when they were changed at the same moment.</returns>
    public async Task<IReadOnlyList<string>?> RenewRecoveryCodesAsync(Session session, User user, CancellationToken cancellationToken)
    {
        var codes = await recoveryCodes.ReplaceAsync(user.Id, cancellationToken);
        return await TrySaveAsync(session, user, "recovery_codes_renewed", cancellationToken) ? codes : null;
    }

    /// <summary>All of a change in one transaction. The account's version decides between two at once: the second changes nothing.</summary>
    private async Task<bool> TrySaveAsync(Session session, User user, string type, CancellationToken cancellationToken)
    {
        user.Change(clock.GetUtcNow());
        mails.Add(MailKinds.SecondFactorChanged, user);
        log.AddBy(user.Id, type, new { sessionId = session.Id }, session.GroupId);
        try
        {
            await sessions.SaveAndEndAllAsync(user.Id, session.Id, type, cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private Task<SecondFactor?> FindAsync(Guid userId, CancellationToken cancellationToken)
        => db.SecondFactors.AsNoTracking().FirstOrDefaultAsync(f => f.UserId == userId, cancellationToken);

    private static string ContextOf(Guid userId) => $"second factor {userId}";
}
