using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.SecondFactors;

internal abstract record SetupOutcome
{
    private SetupOutcome()
    {
    }

    public sealed record Enabled(IReadOnlyList<string> RecoveryCodes) : SetupOutcome;

    public sealed record NoSession : SetupOutcome;

    public sealed record WrongCode : SetupOutcome;

    public sealed record AlreadyEnabled : SetupOutcome;

    public sealed record TooMany(TimeSpan Wait) : SetupOutcome;
}

/// <summary>The last step of setting up, and the proof that changes ask for.</summary>
internal sealed class SecondFactorSetup(SessionStore sessions, SecondFactorStore factors, ProofAttempts attempts, PasswordProof proof)
{
    public async Task<SetupOutcome> FinishAsync(Caller? caller, string code, bool keepCodes, CancellationToken cancellationToken)
    {
        if (caller is null || await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return new SetupOutcome.NoSession();
        }

        if (user.SecondFactorEnabled)
        {
            return new SetupOutcome.AlreadyEnabled();
        }

        if (await attempts.BeginAsync(user.Id) is { } wait)
        {
            return new SetupOutcome.TooMany(wait);
        }

        if (!await factors.TakeCodeAsync(user.Id, code, cancellationToken))
        {
            return new SetupOutcome.WrongCode();
        }

        await attempts.SucceedAsync(user.Id);
        return await factors.EnableAsync(session, user, keepCodes, cancellationToken) is { } codes ? new SetupOutcome.Enabled(codes) : new SetupOutcome.AlreadyEnabled();
    }

    /// <summary>The session when there is a second factor to change and the caller may, else the refusal.</summary>
    public async Task<((Session Session, User User)? Session, ProblemHttpResult? Refused)> ProveAsync(
        Caller caller, string? password, HttpContext context, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not { } found)
        {
            return (null, SignInAnswers.NoSession());
        }

        if (!found.User.SecondFactorEnabled)
        {
            return (null, Problems.Conflict("second_factor_disabled", "There is no second factor."));
        }

        return await proof.CheckAsync(found.Session, found.User, password, cancellationToken) is { } refused
            ? (null, SignInAnswers.Refuse(refused, context))
            : (found, null);
    }
}
