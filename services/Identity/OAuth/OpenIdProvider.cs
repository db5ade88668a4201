using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.Identity.OAuth;

/// <summary>OpenID Connect Core, authorization code flow: signature, issuer, audience, times and nonce of the ID token are checked.</summary>
internal sealed class OpenIdProvider(ProviderDirectory directory, ProviderHttp http)
{
    public const string TenantPlaceholder = "{tenantid}";

    // Asymmetric only: with the client's secret as a key, whoever knows it could say who somebody is.
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(1);

    public async Task<Uri> AuthorizationAsync(SignInProvider provider, CancellationToken cancellationToken)
        => new((await directory.ReadAsync(provider.Authority!, keysChanged: false, cancellationToken)).AuthorizationEndpoint);

    public async Task<ExternalPerson> RedeemAsync(
        string name, SignInProvider provider, string? issuer, string code, FlowSecrets secrets, Uri returned, CancellationToken cancellationToken)
    {
        var configuration = await directory.ReadAsync(provider.Authority!, keysChanged: false, cancellationToken);

        // RFC 9207: an answer that another provider's sign-in page led here with.
        if (issuer is not null && issuer != configuration.Issuer && !configuration.Issuer.Contains(TenantPlaceholder, StringComparison.Ordinal))
        {
            throw new ProviderFailedException(ProviderFault.Invalid, "The answer names another issuer.");
        }

        var (form, credential) = CodeForm(provider, configuration, code, secrets, returned);
        var answer = await http.PostFormAsync(new Uri(configuration.TokenEndpoint), form, credential, cancellationToken);
        var idToken = answer.Text("id_token") ?? throw new ProviderFailedException(ProviderFault.Invalid, "The answer has no ID token.");
        var claims = await ClaimsAsync(provider, configuration, idToken, secrets.Nonce, cancellationToken);
        if (claims.Text("email") is null && configuration.UserInfoEndpoint is { Length: > 0 } userInfo && answer.Text("access_token") is { } accessToken)
        {
            var more = await http.GetAsync(new Uri(userInfo), accessToken, cancellationToken);
            claims = more.Text("sub") == claims.Text("sub")
                ? more
                : throw new ProviderFailedException(ProviderFault.Invalid, "The user info is about somebody else.");
        }

        // Microsoft lets a tenant write any address, and says in xms_edov whether its domain was proven.
        var verified = provider.TrustsAddresses || claims.IsTrue("email_verified") || claims.IsTrue("xms_edov");
        return new ExternalPerson(name, claims.Text("sub")!, claims.Text("email"), verified, claims.Text("name"));
    }

    private static (Dictionary<string, string> Form, AuthenticationHeaderValue? Credential) CodeForm(
        SignInProvider provider, OpenIdConnectConfiguration configuration, string code, FlowSecrets secrets, Uri returned)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = returned.AbsoluteUri,
            ["code_verifier"] = secrets.Verifier,
        };
        if (provider.ClientSecret is not { Length: > 0 } secret || configuration.TokenEndpointAuthMethodsSupported.Contains("client_secret_post"))
        {
            form["client_id"] = provider.ClientId;
            if (provider.ClientSecret is { Length: > 0 } inBody)
            {
                form["client_secret"] = inBody;
            }

            return (form, null);
        }

        // RFC 6749 section 2.3.1: both parts are form-encoded first.
        var pair = $"{Uri.EscapeDataString(provider.ClientId)}:{Uri.EscapeDataString(secret)}";
        return (form, new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
    }

    private async Task<JsonElement> ClaimsAsync(
        SignInProvider provider, OpenIdConnectConfiguration configuration, string idToken, string nonce, CancellationToken cancellationToken)
    {
        var result = await ValidateAsync(provider, configuration, idToken);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            result = await ValidateAsync(provider, await directory.ReadAsync(provider.Authority!, keysChanged: true, cancellationToken), idToken);
        }

        if (!result.IsValid)
        {
            throw new ProviderFailedException(ProviderFault.Invalid, $"The ID token was refused: {result.Exception.GetType().Name}.", result.Exception);
        }

        var token = (JsonWebToken)result.SecurityToken;
        var claims = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload)).RootElement;
        if (claims.Text("nonce") != nonce)
        {
            throw new ProviderFailedException(ProviderFault.Invalid, "The ID token was made for another sign-in.");
        }

        if (claims.Text("sub") is not { Length: <= Linked.LinkedAccount.LongestSubject })
        {
            throw new ProviderFailedException(ProviderFault.Invalid, "The ID token names nobody.");
        }

        // A token for several is ours only when it was asked for by us.
        var parties = token.Audiences.Count();
        if (claims.Text("azp") is { } party ? party != provider.ClientId : parties > 1)
        {
            throw new ProviderFailedException(ProviderFault.Invalid, "The ID token was made for another client.");
        }

        return claims;
    }

    private static Task<TokenValidationResult> ValidateAsync(SignInProvider provider, OpenIdConnectConfiguration configuration, string idToken)
        => new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(idToken, new TokenValidationParameters
        {
            ValidAudience = provider.ClientId,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = s_algorithms,
            ClockSkew = s_clockDifference,
            IssuerValidator = (issuer, token, _) => issuer == IssuerOf(configuration, (JsonWebToken)token)
                ? issuer
                : throw new SecurityTokenInvalidIssuerException("The ID token is another issuer's."),
        });

    private static string IssuerOf(OpenIdConnectConfiguration configuration, JsonWebToken token)
        => token.TryGetPayloadValue<string>("tid", out var tenant)
            ? configuration.Issuer.Replace(TenantPlaceholder, tenant, StringComparison.Ordinal)
            : configuration.Issuer;
}
