namespace OnePlatform.Identity.OpenIdConnect;

internal static class OpenIdConnectEndpoints
{
    private static readonly string[] s_getAndPost = [HttpMethods.Get, HttpMethods.Post];

    /// <summary>What the library checks and leaves to us. It answers discovery, introspection and revocation by itself, before any route.</summary>
    public static void MapOpenIdConnect(this IEndpointRouteBuilder routes)
    {
        var connect = routes.MapGroup("/connect").AllowAnonymous();
        connect.MapMethods("/authorize", s_getAndPost, AuthorizeEndpoint.Authorize).WithName("Authorize").ExcludeFromDescription();
        connect.MapPost("/token", TokenEndpoint.Issue).WithName("IssueToken").ExcludeFromDescription().DisableAntiforgery();
        connect.MapMethods("/userinfo", s_getAndPost, UserInfoEndpoint.Tell).WithName("GetUserInfo").ExcludeFromDescription();
        connect.MapMethods("/logout", s_getAndPost, SignOutEndpoint.SignOut).WithName("EndSession").ExcludeFromDescription();
    }
}
