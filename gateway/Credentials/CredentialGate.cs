using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Cors;
using OnePlatform.Gateway.Limits;
using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Decides who is asking, and replaces what the client said about it by the one thing services trust.</summary>
internal sealed class CredentialGate(RequestDelegate next, CredentialExchange exchange, OriginGate origins, IOptions<PlatformOptions> platform)
{
    private readonly string _challenge = $"Bearer realm=\"{platform.Value.PublicUrl.Host}\"";

    public Task InvokeAsync(HttpContext context)
    {
        var pass = RequestPass.Of(context);
        if (pass.Rule.Credential == CredentialUse.None)
        {
            return PassAsync(pass, context.Request.Headers.Authorization, keepCookies: true);
        }

        var isLenient = pass.Rule.Credential == CredentialUse.Lenient;
        var credential = PresentedCredential.Of(context.Request, readCookie: !isLenient);
        var group = context.Request.Headers["X-Group-Id"].ToString();
        switch (credential.Kind)
        {
            case CredentialKind.Ambiguous:
                return RefuseAsync(pass, new Refusal(400, "ambiguous_credential", "The request shows more than one credential; show one."));
            case CredentialKind.None when pass.Rule.Credential == CredentialUse.Required:
                return RefuseAsync(pass, new Refusal(
                    401, ProblemCodes.Unauthorized, "This needs a credential: an API key in X-API-Key, or an access token in Authorization."));
            case CredentialKind.None:
                return PassAsync(pass, default, keepCookies: isLenient);
            case CredentialKind.SessionCookie when !origins.MayUseCookies(context.Request):
                return RefuseAsync(pass, new Refusal(403, "origin_not_allowed", "A page of this origin may not use the session cookie."));
        }

        if (group.Length > 0 && !Guid.TryParse(group, out _))
        {
            return RefuseAsync(pass, new Refusal(404, "group_not_found", "There is no such group below the credential's own."));
        }

        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var hash = CredentialHash.Of(credential, group, address);
        return exchange.FindKnown(hash) is { } grant
            ? AdmitAsync(pass, grant)
            : ResolveAsync(pass, hash, credential, group, address);
    }

    private async Task ResolveAsync(RequestPass pass, CredentialHash hash, PresentedCredential credential, string group, string address)
    {
        // Between FindKnown and here nothing waits, so what is unknown there is unknown here.
        var verdict = await exchange.ResolveAsync(hash, credential, group, address);
        if (verdict.Grant is { } grant)
        {
            await AdmitAsync(pass, grant);
        }
        else if (pass.Rule.Credential == CredentialUse.Lenient)
        {
            // A bearer token that is not ours to judge may be a session token of a Better Auth client.
            var isForeign = credential.Kind == CredentialKind.AccessToken && !credential.Value.Contains('.', StringComparison.Ordinal);
            await PassAsync(pass, isForeign ? $"Bearer {credential.Value}" : default, keepCookies: true);
        }
        else
        {
            await RefuseAsync(pass, verdict.Refusal ?? new Refusal(
                StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The credential cannot be checked now; try again."));
        }
    }

    private Task AdmitAsync(RequestPass pass, Grant grant)
    {
        pass.Grant = grant;
        return PassAsync(pass, grant.Authorization, keepCookies: pass.Rule.Credential == CredentialUse.Lenient);
    }

    private Task PassAsync(RequestPass pass, Microsoft.Extensions.Primitives.StringValues authorization, bool keepCookies)
    {
        ClientHeaders.Replace(pass.Context.Request.Headers, authorization, keepCookies);
        return next(pass.Context);
    }

    private async Task RefuseAsync(RequestPass pass, Refusal refusal)
    {
        // The refusal counts too, against the client's address, or guessing would be free.
        var limits = pass.Context.RequestServices.GetRequiredService<LimitCheck>();
        if (!limits.TryAdmit(pass) && !await limits.AdmitAsync(pass))
        {
            return;
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            pass.Context.Response.Headers.WWWAuthenticate = refusal.Code == ProblemCodes.Unauthorized ? _challenge : $"{_challenge}, error=\"invalid_token\"";
        }
        else if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
        {
            pass.Context.Response.Headers.RetryAfter = "2";
        }

        await pass.Context.AnswerAsync(Problems.Make(refusal.Status, refusal.Code, refusal.Detail));
    }
}
