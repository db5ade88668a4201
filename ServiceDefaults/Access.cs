using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OnePlatform.ServiceDefaults;

/// <summary>What a route asks of its caller. Readable from the endpoint's metadata, so that the table of rights is generated.</summary>
/// <param name="Scope">The scope a credential needs, or null when any will do.</param>
/// <param name="MinimumRole">The lowest role in the acting group.</param>
public sealed record AccessRule(string? Scope, Role MinimumRole);

/// <summary>One line per endpoint: <c>.Access("things:write", Role.GroupUser)</c>.</summary>
public static class AccessExtensions
{
    internal const string Policy = "access";

    /// <summary>Requires a credential with <paramref name="scope"/> whose role in the acting group is at least <paramref name="minimum"/>.</summary>
    public static TBuilder Access<TBuilder>(this TBuilder builder, string? scope, Role minimum)
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMetadata(new AccessRule(scope, minimum)).RequireAuthorization(Policy);

    internal static void AddAccess(this IServiceCollection services)
    {
        services.AddAuthorizationBuilder()
            .AddPolicy(Policy, policy => policy.RequireAuthenticatedUser().AddRequirements(new AccessRequirement()))
            // A route that forgot to say what it asks for is closed, not open.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationHandler, AccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalProblems>();
    }
}

internal sealed class AccessRequirement : IAuthorizationRequirement;

internal sealed class AccessRefusal(IAuthorizationHandler handler, string code, string detail) : AuthorizationFailureReason(handler, detail)
{
    public string Code => code;
}

internal sealed class AccessHandler : AuthorizationHandler<AccessRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement)
    {
        if (context.Resource is not HttpContext http || http.GetEndpoint()?.Metadata.GetMetadata<AccessRule>() is not { } rule)
        {
            return Task.CompletedTask;
        }

        // Every requirement is asked, this one too when nobody is signed in; the answer is then 401, not ours to give.
        if (http.CallerOrNull() is not { } caller)
        {
            return Task.CompletedTask;
        }

        if (rule.Scope is not null && !caller.Scopes.Covers(rule.Scope))
        {
            context.Fail(new AccessRefusal(this, ProblemCodes.InsufficientScope, $"This needs the scope '{rule.Scope}'."));
        }
        else if (caller.Role < rule.MinimumRole)
        {
            context.Fail(new AccessRefusal(
                this, ProblemCodes.InsufficientRole, $"This needs the role '{RoleNames.NameOf(rule.MinimumRole)}' in the acting group."));
        }
        else
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
