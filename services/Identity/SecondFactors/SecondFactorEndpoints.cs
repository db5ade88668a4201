using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.SecondFactors;

internal static class SecondFactorEndpoints
{
    public static void MapSecondFactors(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth/2fa").WithTags("Second factor").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));
        auth.MapPost("/enable", Enable).WithName("EnableSecondFactor").WithSummary("Begins to set up an authenticator app").Access(null, Role.None)
            .ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/verify", Verify).WithName("VerifySecondFactor")
            .WithSummary("With a challenge, finishes a sign-in; without, finishes the set-up and shows ten recovery codes once").AllowAnonymous()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/recover", Recover).WithName("RecoverSecondFactor").WithSummary("Finishes a sign-in with a recovery code").AllowAnonymous()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/disable", Disable).WithName("DisableSecondFactor").WithSummary("Takes the second factor away and ends the other sessions").Access(null, Role.None)
            .ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/recovery-codes", RenewCodes).WithName("RenewRecoveryCodes").WithSummary("Ten new recovery codes in place of all before").Access(null, Role.None)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<SecondFactorSetupResponse>, ProblemHttpResult>> Enable(
        EnableSecondFactorRequest request, Caller caller, SessionStore sessions, PasswordProof proof, SecondFactorStore factors,
        HttpContext context, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        if (await proof.CheckPasswordAsync(session, user, request.Password, cancellationToken) is { } refused)
        {
            return SignInAnswers.Refuse(refused, context);
        }

        return await factors.BeginAsync(user, withCodes: false, cancellationToken) is var (setup, _) ? TypedResults.Ok(setup) : AlreadyEnabled();
    }

    private static async Task<Results<Ok<SignedInResponse>, Ok<SecondFactorRequiredResponse>, Ok<RecoveryCodesResponse>, ProblemHttpResult>> Verify(
        VerifySecondFactorRequest request, SecondFactorSignIns signIns, SignInAnswers answers, SecondFactorSetup setup,
        HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Challenge is { } challenge)
        {
            return answers.Of(await signIns.VerifyAsync(challenge, request.Code, cancellationToken), context).Result switch
            {
                Ok<SignedInResponse> signedIn => signedIn,
                Ok<SecondFactorRequiredResponse> again => again,
                var refused => (ProblemHttpResult)refused,
            };
        }

        return await setup.FinishAsync(context.CallerOrNull(), request.Code, keepCodes: false, cancellationToken) switch
        {
            SetupOutcome.Enabled enabled => TypedResults.Ok(new RecoveryCodesResponse(enabled.RecoveryCodes)),
            SetupOutcome.TooMany tooMany => AttemptProblems.TooMany(context, tooMany.Wait),
            SetupOutcome.WrongCode => Problems.Unauthorized("invalid_code", "The code is wrong or was used before."),
            SetupOutcome.AlreadyEnabled => AlreadyEnabled(),
            _ => SignInAnswers.NoSession(),
        };
    }

    private static async Task<Results<Ok<SignedInResponse>, Ok<SecondFactorRequiredResponse>, ProblemHttpResult>> Recover(
        RecoverRequest request, SecondFactorSignIns signIns, SignInAnswers answers, HttpContext context, CancellationToken cancellationToken)
        => answers.Of(await signIns.RecoverAsync(request.Challenge, request.RecoveryCode, cancellationToken), context);

    private static async Task<Results<NoContent, ProblemHttpResult>> Disable(
        SecondFactorProofRequest request, Caller caller, SecondFactorSetup setup, SecondFactorStore factors, HttpContext context, CancellationToken cancellationToken)
    {
        var (session, refused) = await setup.ProveAsync(caller, request.Password, context, cancellationToken);
        if (session is not var (current, user))
        {
            return refused!;
        }

        return await factors.DisableAsync(current, user, cancellationToken) ? TypedResults.NoContent() : ChangedMeanwhile();
    }

    private static async Task<Results<Ok<RecoveryCodesResponse>, ProblemHttpResult>> RenewCodes(
        SecondFactorProofRequest request, Caller caller, SecondFactorSetup setup, SecondFactorStore factors, HttpContext context, CancellationToken cancellationToken)
    {
        var (session, refused) = await setup.ProveAsync(caller, request.Password, context, cancellationToken);
        if (session is not var (current, user))
        {
            return refused!;
        }

        return await factors.RenewRecoveryCodesAsync(current, user, cancellationToken) is { } codes
            ? TypedResults.Ok(new RecoveryCodesResponse(codes))
            : ChangedMeanwhile();
    }

    private static ProblemHttpResult ChangedMeanwhile()
        => Problems.Conflict("changed_meanwhile", "The second factor was changed at the same moment. Look at it and try again.");

    private static ProblemHttpResult AlreadyEnabled()
        => Problems.Conflict("second_factor_enabled", "There is a second factor already. Disable it first to set up another.");
}
