using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.SecondFactors;

/// <summary>Finishes a sign-in whose first factor was good. A wrong code leaves the challenge standing, until the limit.</summary>
internal sealed class SecondFactorSignIns(
    IdentityDb db, OneTimeTokens tokens, SecondFactorStore factors, RecoveryCodes recoveryCodes, ProofAttempts attempts, SessionGate gate, AuthLog log)
{
    private static readonly SignInOutcome.Refused s_invalidCode = new(StatusCodes.Status401Unauthorized, "invalid_code", "The code is wrong or was used before.");

    public Task<SignInOutcome> VerifyAsync(string challenge, string code, CancellationToken cancellationToken)
        => CompleteAsync(challenge, Proof.App, userId => factors.TakeCodeAsync(userId, code, cancellationToken), cancellationToken);

    public Task<SignInOutcome> RecoverAsync(string challenge, string recoveryCode, CancellationToken cancellationToken)
        => CompleteAsync(challenge, Proof.RecoveryCode, userId => recoveryCodes.SpendAsync(userId, recoveryCode, cancellationToken), cancellationToken);

    private async Task<SignInOutcome> CompleteAsync(string challenge, string method, Func<Guid, Task<bool>> prove, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(challenge, OneTimePurposes.SecondFactor, cancellationToken) is not var (token, user))
        {
            return new SignInOutcome.Refused(StatusCodes.Status401Unauthorized, "invalid_challenge", "The sign-in took too long or was finished before. Sign in again.");
        }

        if (await attempts.BeginAsync(user.Id) is { } wait)
        {
            return new SignInOutcome.TooMany(wait);
        }

        if (!await prove(user.Id))
        {
            log.AddFailure(user, s_invalidCode.Code);
            await db.SaveChangesAsync(cancellationToken);
            return s_invalidCode;
        }

        await attempts.SucceedAsync(user.Id);
        if (!await tokens.SpendAsync(token, cancellationToken))
        {
            return s_invalidCode;
        }

        var outcome = await gate.PassAsync(user, new Proof(token.Method!, method), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return outcome;
    }
}
