using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Verification;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.BetterAuth;

internal static class BetterAuthSecondFactor
{
    public static async Task<IResult> Enable(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, SecondFactorStore factors,
        BetterAuthAnswers answers, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (await proof.CheckPasswordAsync(session, user, request.Password, cancellationToken) is { } refused)
        {
            return answers.Of(refused, context);
        }

        // Unlike the platform's own route, these clients show the codes before the first code of the app was right.
        return await factors.BeginAsync(user, withCodes: true, cancellationToken) is var (setup, codes)
            ? TypedResults.Ok(new BetterAuthTotp(setup.OtpauthUri, codes, "totp"))
            : BetterAuthAnswers.Error(StatusCodes.Status409Conflict, "TWO_FACTOR_ENABLED", "There is a second factor already.");
    }

    public static async Task<IResult> Verify(
        BetterAuthCodeRequest request, HttpContext context, SessionStore sessions, SecondFactorSignIns signIns, SecondFactorSetup setup,
        ChallengeCookie challengeCookie, BetterAuthAnswers answers, CancellationToken cancellationToken)
    {
        if (challengeCookie.Read(context.Request) is { } challenge)
        {
            return answers.Of(await signIns.VerifyAsync(challenge, request.Code, cancellationToken), context);
        }

        switch (await setup.FinishAsync(context.CallerOrNull(), request.Code, keepCodes: true, cancellationToken))
        {
            case SetupOutcome.Enabled when await sessions.FindOwnAsync(context, cancellationToken) is var (session, user):
                return TypedResults.Ok(new { token = session.Id, user = BetterAuthAnswers.UserOf(user) });
            case SetupOutcome.TooMany tooMany:
                return BetterAuthAnswers.TooMany(tooMany.Wait, context);
            case SetupOutcome.WrongCode:
                return BetterAuthAnswers.Error(StatusCodes.Status401Unauthorized, "INVALID_CODE", "The code is wrong or was used before.");
            case SetupOutcome.AlreadyEnabled:
                return BetterAuthAnswers.Error(StatusCodes.Status409Conflict, "TWO_FACTOR_ENABLED", "There is a second factor already.");
            default:
                return BetterAuthAnswers.NoSession();
        }
    }

    public static async Task<IResult> Recover(
        BetterAuthCodeRequest request, HttpContext context, SecondFactorSignIns signIns, ChallengeCookie challengeCookie, BetterAuthAnswers answers, CancellationToken cancellationToken)
        => challengeCookie.Read(context.Request) is { } challenge
            ? answers.Of(await signIns.RecoverAsync(challenge, request.Code, cancellationToken), context)
            : BetterAuthAnswers.Error(StatusCodes.Status401Unauthorized, "INVALID_TWO_FACTOR_COOKIE", "There is no sign-in to finish.");

    public static Task<IResult> GetUri(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, SecondFactorStore factors,
        BetterAuthAnswers answers, CancellationToken cancellationToken)
        => ProvenAsync(request, context, sessions, proof, answers, async (_, user) =>
            TypedResults.Ok(new BetterAuthTotp((await factors.DescribeAsync(user, cancellationToken))!.OtpauthUri)), cancellationToken);

    public static Task<IResult> RenewCodes(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, SecondFactorStore factors,
        BetterAuthAnswers answers, CancellationToken cancellationToken)
        => ProvenAsync(request, context, sessions, proof, answers, async (session, user) =>
            await factors.RenewRecoveryCodesAsync(session, user, cancellationToken) is { } codes
                ? TypedResults.Ok(new BetterAuthBackupCodes(Status: true, codes))
                : ChangedMeanwhile(), cancellationToken);

    public static Task<IResult> Disable(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, SecondFactorStore factors,
        BetterAuthAnswers answers, CancellationToken cancellationToken)
        => ProvenAsync(request, context, sessions, proof, answers, async (session, user) =>
            await factors.DisableAsync(session, user, cancellationToken) ? TypedResults.Ok(new StatusResponse()) : ChangedMeanwhile(), cancellationToken);

    private static IResult ChangedMeanwhile()
        => BetterAuthAnswers.Error(StatusCodes.Status409Conflict, "CONFLICT", "The second factor was changed at the same moment.");

    private static async Task<IResult> ProvenAsync(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, BetterAuthAnswers answers,
        Func<Session, Accounts.User, Task<IResult>> act, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (!user.SecondFactorEnabled)
        {
            return BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, "TWO_FACTOR_NOT_ENABLED", "There is no second factor.");
        }

        return await proof.CheckAsync(session, user, request.Password, cancellationToken) is { } refused
            ? answers.Of(refused, context)
            : await act(session, user);
    }
}
