using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Primitives;
using OnePlatform.ServiceDefaults;

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
    private const int LongestClaims = 4096;
    private const string Cookie = "better-auth.session_token";
    private const string SecureCookie = "__Secure-better-auth.session_token";
    private static readonly byte[] s_sessionClaim = Encoding.ASCII.GetBytes($"\"{TokenClaims.SessionId}\":\"");
    private static readonly PresentedCredential s_none = new(CredentialKind.None, "");
    private static readonly PresentedCredential s_ambiguous = new(CredentialKind.Ambiguous, "");

    /// <summary>
    /// Whether it is a person's, of a session, by its own account. That is not proven here, but a token with other claims is another token;
    /// and one whose claims cannot be read is taken for a key's.
    /// </summary>
    public bool NamesSession => Kind == CredentialKind.SessionCookie || (Kind == CredentialKind.AccessToken && ClaimsSession(Value));

    /// <param name="readCookie">False where cookies are the service's own matter.</param>
    public static PresentedCredential Of(HttpRequest request, bool readCookie)
    {
        var headers = request.Headers;
        var key = headers["X-API-Key"];
        var authorization = headers.Authorization;
        var cookie = readCookie ? CookieOf(request) : null;
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

    /// <summary>The session cookie, also where it is the service's own matter.</summary>
    public static string? CookieOf(HttpRequest request)
        => request.Headers.Cookie.Count > 0 ? request.Cookies[SecureCookie] ?? request.Cookies[Cookie] : null;

    private static PresentedCredential OfAuthorization(StringValues authorization)
    {
        var text = authorization.ToString();
        var token = text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : "";
        return new PresentedCredential(
            token.StartsWith(ApiKeyFormat.Prefix, StringComparison.Ordinal) ? CredentialKind.ApiKey : CredentialKind.AccessToken, token);
    }

    private static bool ClaimsSession(ReadOnlySpan<char> token)
    {
        var rest = token[(token.IndexOf('.') + 1)..];
        var claims = rest.IndexOf('.') is >= 0 and var end ? rest[..end] : default;
        Span<byte> json = stackalloc byte[LongestClaims];
        return claims.Length <= LongestClaims
            && Base64Url.DecodeFromChars(claims, json, out _, out var length) == OperationStatus.Done
            && json[..length].IndexOf(s_sessionClaim) >= 0;
    }
}
