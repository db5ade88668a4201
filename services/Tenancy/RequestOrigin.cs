using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>Who causes the events of the current unit of work: the caller of the request, or the system outside of one.</summary>
public sealed class RequestOrigin(IHttpContextAccessor accessor)
{
    private const int LongestUserAgent = 256;

    public EventOrigin Current => accessor.HttpContext is { } context ? From(context) : EventOrigin.System;

    private static EventOrigin From(HttpContext context)
    {
        var caller = context.CallerOrNull();
        var userAgent = context.Request.Headers.UserAgent.ToString();
        return new EventOrigin(
            caller?.Kind ?? ActorKinds.System,
            caller?.Id,
            caller is { Kind: Caller.KeyKind } ? caller.PersonId : null,
            context.TraceIdentifier,
            Activity.Current?.TraceId.ToHexString(),
            context.Connection.RemoteIpAddress?.ToString(),
            userAgent.Length switch { 0 => null, > LongestUserAgent => userAgent[..LongestUserAgent], _ => userAgent });
    }
}

public static class TenancyExtensions
{
    /// <summary>Registers <see cref="RequestOrigin"/>.</summary>
    public static IServiceCollection AddRequestOrigin(this IServiceCollection services)
        => services.AddHttpContextAccessor().AddScoped<RequestOrigin>();
}
