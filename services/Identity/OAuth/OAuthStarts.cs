using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.OAuth;

/// <param name="Address">The provider's sign-in page, or null.</param>
/// <param name="Refused">Why not, when there is no address.</param>
internal sealed record OAuthStart(Uri? Address, SignInOutcome? Refused)
{
    public static OAuthStart To(Uri address) => new(address, null);

    public static OAuthStart No(SignInOutcome why) => new(null, why);
}

/// <summary>Sends people to providers.</summary>
internal sealed partial class OAuthStarts(
    IOptions<SignInProviders> providers,
    IOptions<IdentityOptions> options,
    IOptions<PlatformOptions> platform,
    OpenIdProvider openId,
    OAuthFlows flows,
    OAuthCookie cookie,
    ReturnAddresses addresses,
    AttemptLimiter attempts,
    RequestOrigin origin,
    ILogger<OAuthStarts> logger)
{
    public static readonly SignInOutcome.Refused UnknownProvider
        = new(StatusCodes.Status404NotFound, "unknown_provider", "There is no sign-in provider of this name.");

    private static readonly SignInOutcome.Refused s_untrusted
        = new(StatusCodes.Status400BadRequest, "untrusted_return_address", "Only addresses of trusted origins may be returned to.");

    /// <param name="name">The provider's.</param>
    /// <param name="returnTo">Where to go on to after the return.</param>
    /// <param name="sessionId">Set to link the provider to this session's person.</param>
    /// <param name="context">Gets the cookie that binds the return to this browser.</param>
    public async Task<OAuthStart> BeginAsync(string name, string? returnTo, Guid? sessionId, HttpContext context)
    {
        if (!providers.Value.Providers.TryGetValue(name, out var provider))
        {
            return OAuthStart.No(UnknownProvider);
        }

        if (returnTo is { Length: > 2000 } || !addresses.Allows(returnTo))
        {
            return OAuthStart.No(s_untrusted);
        }

        if (await attempts.TakeAsync(options.Value.Attempts.OAuthPerAddress, "oauth-address", ClientNetwork.Of(origin.Current.Ip)) is { } wait)
        {
            return OAuthStart.No(new SignInOutcome.TooMany(wait));
        }

        try
        {
            var page = provider.Protocol == ProviderProtocol.GitHub
                ? GitHubProvider.Authorization(provider)
                : await openId.AuthorizationAsync(provider, context.RequestAborted);
            var (state, secrets) = await flows.AddAsync(name, cookie.Issue(context), returnTo, sessionId, context.RequestAborted);
            return OAuthStart.To(AddressOf(page, name, provider, state, secrets));
        }
        catch (ProviderFailedException failure)
        {
            LogFailure(name, failure.Fault, failure.Message);
            return OAuthStart.No(OAuthReturns.RefusalOf(failure.Fault));
        }
    }

    public static Uri ReturnAddress(PlatformOptions platform, string name) => new(platform.PublicUrl, $"/api/auth/oauth/{name}/callback");

    private Uri AddressOf(Uri page, string name, SignInProvider provider, string state, FlowSecrets secrets)
    {
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = provider.ClientId,
            ["redirect_uri"] = ReturnAddress(platform.Value, name).AbsoluteUri,
            ["scope"] = string.Join(' ', provider.Scopes),
            ["state"] = state,
            ["code_challenge"] = Base64UrlEncoder.Encode(OpaqueToken.HashOf(secrets.Verifier)),
            ["code_challenge_method"] = "S256",
        };
        if (provider.Protocol == ProviderProtocol.OpenIdConnect)
        {
            query["nonce"] = secrets.Nonce;
        }

        return new Uri(QueryHelpers.AddQueryString(page.AbsoluteUri, query));
    }

    [LoggerMessage(LogLevel.Warning, "Nobody can be sent to provider {Provider}: {Fault}. {Reason}")]
    private partial void LogFailure(string provider, ProviderFault fault, string reason);
}
