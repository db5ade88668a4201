using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OpenIdConnect.Clients;
using OnePlatform.Identity.OpenIdConnect.Handling;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Tokens;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>The OpenID Connect server: what it supports, and what of it is ours.</summary>
internal static class ServerRegistration
{
    private static readonly TimeSpan s_codeLife = TimeSpan.FromMinutes(2);

    public static IServiceCollection AddOpenIdConnectServer(this IServiceCollection services)
    {
        services.AddSingleton<ClientIssuer>();
        services.AddScoped<ClientSessions>();
        services.AddScoped<ClientGrants>();
        services.AddScoped<KeyGrant>();
        services.AddScoped<Consents>();
        services.AddScoped<AuthorizeEndpoint>();
        services.AddScoped<SignOutEndpoint>();
        services.AddScoped<ClientStore>();
        services.AddOptions<ConfiguredClients>().BindConfiguration(ConfiguredClients.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConfiguredClients>, CheckConfiguredClients>();
        services.AddHostedService<KeepConfiguredClients>();
        services.Configure<OpenApiOptions>("v1", options => options.AddDocumentTransformer<OpenIdConnectDescription>());
        services.AddOptions<OpenIddictServerOptions>().Configure<IServiceProvider>(Configure);
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<IdentityDb>()
                .ReplaceDefaultEntities<Client, ClientAuthorization, ClientScope, ClientToken, Guid>())
            .AddServer(Configure);
        return services;
    }

    private static void Configure(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris("connect/authorize")
            .SetTokenEndpointUris("connect/token")
            .SetUserInfoEndpointUris("connect/userinfo")
            .SetRevocationEndpointUris("connect/revoke")
            .SetIntrospectionEndpointUris("connect/introspect")
            .SetEndSessionEndpointUris("connect/logout")
            .AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange()
            .AllowRefreshTokenFlow().UseReferenceRefreshTokens().SetRefreshTokenReuseLeeway(TimeSpan.Zero)
            .AllowClientCredentialsFlow()
            .SetAuthorizationCodeLifetime(s_codeLife)
            .DisableAccessTokenEncryption()
            .RegisterScopes([.. ClientScopes.OfPerson, .. ClientScopes.OfPlatform])
            .RegisterClaims(
                Claims.Subject, Claims.Name, Claims.Email, Claims.EmailVerified, Claims.AuthenticationTime, Claims.AuthenticationMethodReference, ClientSessions.Claim)
            .AddEventHandler(SpeakAsTheGateway.Descriptor)
            .AddEventHandler(ActAsThePlatform.Descriptor)
            .AddEventHandler(LeaveKeysToUs.Descriptor)
            .AddEventHandler(DescribeTheServer.Descriptor)
            .AddEventHandler(SignWithTheRing.Descriptor)
            .AddEventHandler(CheckWithTheRing.Descriptor)
            .AddEventHandler(EndReusedFamilies.Descriptor)
            .AddEventHandler(RefuseEndedSessions.Descriptor)
            .AddEventHandler(EndWithdrawnGrants.Descriptor)
            .AddEventHandler(ShowFaults.AtAuthorization)
            .AddEventHandler(ShowFaults.AtEndSession);
        server.UseAspNetCore()
            .DisableTransportSecurityRequirement() // The gateway ends TLS; between it and here is the platform's own network.
            .EnableAuthorizationEndpointPassthrough()
            .EnableTokenEndpointPassthrough()
            .EnableUserInfoEndpointPassthrough()
            .EnableEndSessionEndpointPassthrough();
    }

    private static void Configure(OpenIddictServerOptions server, IServiceProvider services)
    {
        var identity = services.GetRequiredService<IOptions<IdentityOptions>>().Value;
        var secrets = services.GetRequiredService<DerivedKeys>();
        server.Issuer = services.GetRequiredService<ClientIssuer>().Address;
        server.AccessTokenLifetime = identity.AccessTokenLife;
        server.IdentityTokenLifetime = identity.AccessTokenLife;
        server.RefreshTokenLifetime = identity.SessionLife;
        server.JsonWebKeySetEndpointUris.Clear(); // Ours stands already, for all tokens alike.
        server.ClientAuthenticationMethods.Clear();
        server.ClientAuthenticationMethods.UnionWith([ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost]);
        server.ResponseModes.IntersectWith([ResponseModes.Query]); // A posted form needs a script, which our pages do not run.
        server.CodeChallengeMethods.IntersectWith([CodeChallengeMethods.Sha256]);
        server.EncryptionCredentials.Add(new EncryptingCredentials(
            secrets.ForClients("seal"), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        server.SigningCredentials.Add(new SigningCredentials(secrets.ForClients(SignWithTheRing.OwnKey), SecurityAlgorithms.HmacSha256));
        // The library wants to see a public key here; each token is signed with the one that is current then.
        server.SigningCredentials.Add(services.GetRequiredService<SigningKeyRing>().Current);
    }
}
