using Microsoft.Extensions.Primitives;

namespace OnePlatform.Gateway.Credentials;

internal enum CredentialKind
{
    None,
    ApiKey,
    AccessToken,
    SessionCookie,
    Ambiguous,
}

/// <summary>The credential a request shows, whichever way it shows it.</summary>
internal readonly record struct PresentedCredential(CredentialKind Kind, string Value)
{
    private const string Bearer = "Bearer ";
    private const string Cookie = "better-auth.session_token";
    private const string SecureCookie = "__Secure-better-auth.session_token";
    private static readonly PresentedCredential s_none = new(CredentialKind.None, "");
    private static readonly PresentedCredential s_ambiguous = new(CredentialKind.Ambiguous, "");

    /// <param name="readCookie">False where cookies are the service's own matter.</param>
    public static PresentedCredential Of(HttpRequest request, bool readCookie)
    {
        var headers = request.Headers;
        var key = headers["X-API-Key"];
        var authorization = headers.Authorization;
        var cookie = readCookie && headers.Cookie.Count > 0 ? request.Cookies[SecureCookie] ?? request.Cookies[Cookie] : null;
        var shown = (key.Count > 0 ? 1 : 0) + (authorization.Count > 0 ? 1 : 0) + (string.IsNullOrEmpty(cookie) ? 0 : 1);
        return shown switch
        {
            0 => s_none,
            > 1 => s_ambiguous,
            _ when key.Count > 1 || authorization.Count > 1 => s_ambiguous,
            _ when key.Count == 1 => new PresentedCredential(CredentialKind.ApiKey, key.ToString()),
            _ when authorization.Count == 1 => OfAuthorization(authorization),
            _ => new PresentedCredential(CredentialKind.SessionCookie, cookie!),
        };
    }

    private static PresentedCredential OfAuthorization(StringValues authorization)
    {
        var text = authorization.ToString();
        var token = text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : "";
        return new PresentedCredential(
            token.StartsWith(ApiKeyFormat.Prefix, StringComparison.Ordinal) ? CredentialKind.ApiKey : CredentialKind.AccessToken, token);
    }
}
