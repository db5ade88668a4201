using Microsoft.AspNetCore;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

internal static class TokenEndpoint
{
    public static async Task<IResult> Issue(HttpContext context, ClientGrants grants, KeyGrant keys, TenantScope scope, CancellationToken cancellationToken)
    {
        scope.ActAsSystem();
        var request = context.GetOpenIddictServerRequest()!;
        if (request.IsTokenExchangeGrantType())
        {
            return await keys.ExchangeAsync(request, context, cancellationToken);
        }

        var client = (await grants.FindClientAsync(request.ClientId, cancellationToken))!;
        if (request.IsClientCredentialsGrantType())
        {
            return client.GroupId is null
                ? OpenIdConnectAnswers.Refuse(Errors.UnauthorizedClient, "This client acts for people only.")
                : OpenIdConnectAnswers.SignIn(grants.ForClient(client, request.GetScopes()));
        }

        var shown = (await OpenIdConnectAnswers.ShownAsync(context))!;
        var principal = request.IsAuthorizationCodeGrantType()
            ? await grants.RedeemCodeAsync(shown, client, cancellationToken)
            : await grants.RefreshAsync(shown, request.GetScopes(), cancellationToken);
        return principal is null
            ? OpenIdConnectAnswers.Refuse(Errors.InvalidGrant, "The code or refresh token is no longer good.")
            : OpenIdConnectAnswers.SignIn(principal);
    }
}
