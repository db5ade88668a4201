using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.OAuth;

/// <summary>What a provider sends somebody back with.</summary>
internal sealed record OAuthAnswer(string? State, string? Code, string? Error, string? Issuer);

/// <param name="SignIn">How it ended; null when an account was linked, which begins no session.</param>
/// <param name="ReturnTo">Where to go on to; checked when it was asked for.</param>
internal sealed record OAuthReturn(SignInOutcome? SignIn, string? ReturnTo);

/// <summary>Receives people from providers.</summary>
internal sealed partial class OAuthReturns(
    IOptions<SignInProviders> providers,
    IOptions<PlatformOptions> platform,
    OAuthFlows flows,
    OpenIdProvider openId,
    GitHubProvider gitHub,
    ProviderSignIns signIns,
    Links links,
    IdentityDb db,
    AuthLog log,
    ILogger<OAuthReturns> logger)
{
    private const int LongestCode = 4000;

    private static readonly SignInOutcome.Refused s_invalidState = new(
        StatusCodes.Status400BadRequest, "invalid_state", "This sign-in began elsewhere, took too long or was finished before. Start again.");

    private static readonly SignInOutcome.Refused s_refused = new(
        StatusCodes.Status400BadRequest, "provider_refused", "The provider did not sign you in. Start again.");

    private static readonly SignInOutcome.Refused s_invalid = new(
        StatusCodes.Status400BadRequest, "provider_answer_invalid", "What the provider answered cannot be trusted, so nobody was signed in.");

    private static readonly SignInOutcome.Refused s_unavailable = new(
        StatusCodes.Status503ServiceUnavailable, "provider_unavailable", "The provider does not answer at the moment. Try again later, or sign in another way.");

    public async Task<OAuthReturn> ReceiveAsync(string name, OAuthAnswer answer, string? browser, CancellationToken cancellationToken)
    {
        if (!providers.Value.Providers.TryGetValue(name, out var provider))
        {
            return new OAuthReturn(OAuthStarts.UnknownProvider, null);
        }

        if (answer.State is not { Length: > 0 } state || browser is null || await flows.TakeAsync(name, state, browser, cancellationToken) is not var (flow, secrets))
        {
            return new OAuthReturn(s_invalidState, null);
        }

        try
        {
            var person = await RedeemAsync(name, provider, answer, secrets, cancellationToken);
            return new OAuthReturn(
                flow.SessionId is { } session ? await links.AddAsync(session, person, cancellationToken) : await signIns.SignInAsync(person, cancellationToken),
                flow.ReturnTo);
        }
        catch (ProviderFailedException failure)
        {
            LogFailure(name, failure.Fault, failure.Message);
            log.AddFailure(user: null, RefusalOf(failure.Fault).Code, name);
            await db.SaveChangesAsync(cancellationToken);
            return new OAuthReturn(RefusalOf(failure.Fault), flow.ReturnTo);
        }
    }

    public static SignInOutcome.Refused RefusalOf(ProviderFault fault) => fault switch
    {
        ProviderFault.Unavailable => s_unavailable,
        ProviderFault.Invalid => s_invalid,
        _ => s_refused,
    };

    private Task<ExternalPerson> RedeemAsync(string name, SignInProvider provider, OAuthAnswer answer, FlowSecrets secrets, CancellationToken cancellationToken)
    {
        if (answer is not { Error: null, Code: { Length: > 0 and <= LongestCode } code })
        {
            throw new ProviderFailedException(ProviderFault.Refused, "There came no code.");
        }

        var returned = OAuthStarts.ReturnAddress(platform.Value, name);
        return provider.Protocol == ProviderProtocol.GitHub
            ? gitHub.RedeemAsync(name, provider, code, secrets, returned, cancellationToken)
            : openId.RedeemAsync(name, provider, answer.Issuer, code, secrets, returned, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "A sign-in by provider {Provider} failed: {Fault}. {Reason}")]
    private partial void LogFailure(string provider, ProviderFault fault, string reason);
}
