using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.ServiceDefaults;

/// <summary>Access tokens of the platform: JWT, ES256, checked with the keys that Identity publishes.</summary>
public static class Authentication
{
    /// <summary>The <c>typ</c> of access tokens (RFC 9068 §2.1).</summary>
    public const string TokenType = "at+jwt";

    /// <summary>The <c>iss</c> and <c>aud</c> of access tokens between the platform's own services.</summary>
    public const string Issuer = "oneplatform";

    /// <summary>Validates bearer tokens with the keys at <c>/.well-known/jwks</c> of the service <c>identity</c>.</summary>
    public static WebApplicationBuilder AddCallerAuthentication(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(SigningKeys.HttpClient, client => client.BaseAddress = new Uri("https+http://identity"));
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<AccessTokenHandler>();
        builder.Services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, UseAccessTokenHandler>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(jwt =>
        {
            jwt.MapInboundClaims = false;
            jwt.RequireHttpsMetadata = false;
            jwt.TokenValidationParameters = MakeParameters();
        });
        builder.Services.AddAccess();
        return builder;
    }

    internal static TokenValidationParameters MakeParameters() => new()
    {
        ValidTypes = [TokenType],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidIssuer = Issuer,
        ValidAudience = Issuer,
        NameClaimType = TokenClaims.Subject,
        RoleClaimType = TokenClaims.Role,
        ClockSkew = TimeSpan.FromSeconds(30),
    };

    /// <summary>Authentication, the tenant of the request, and authorization, in this order.</summary>
    public static WebApplication UseCaller(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use(static (context, next) =>
        {
            if (context.CallerOrNull()?.GroupId is { } group && context.RequestServices.GetService<TenantScope>() is { } scope)
            {
                scope.ActIn(group);
            }

            return next(context);
        });
        app.UseAuthorization();
        return app;
    }

    /// <summary>The caller, or null without a credential.</summary>
    public static Caller? CallerOrNull(this HttpContext context)
    {
        if (context.Features.Get<Caller>() is { } known)
        {
            return known;
        }

        if (context.User.Identity is not { IsAuthenticated: true })
        {
            return null;
        }

        var caller = Caller.From(context.User);
        context.Features.Set(caller);
        return caller;
    }

    /// <summary>The caller of an endpoint that requires one.</summary>
    /// <exception cref="InvalidOperationException">The endpoint let an anonymous request through.</exception>
    public static Caller RequiredCaller(this HttpContext context)
        => context.CallerOrNull() ?? throw new InvalidOperationException("This endpoint takes a caller but lets anonymous requests through.");
}

/// <summary>Refusals by authorization as problems that say which scope or role is missing.</summary>
internal sealed class RefusalProblems(IProblemDetailsService problems) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden
            && authorizeResult.AuthorizationFailure?.FailureReasons.OfType<AccessRefusal>().FirstOrDefault() is { } refusal)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = context,
                ProblemDetails = Problems.Make(StatusCodes.Status403Forbidden, refusal.Code, refusal.Message),
            });
            return;
        }

        await _default.HandleAsync(next, context, policy, authorizeResult);
    }
}
