using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Polly.CircuitBreaker;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Whether a request that failed may have acted all the same. A service tells the gateway in a header, which goes no further: such a
/// request is not done again under its Idempotency-Key.
/// </summary>
public static class Outcome
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Outcome";

    /// <summary>The only value of the header.</summary>
    public const string Unknown = "unknown";

    internal static void Tell(HttpContext context)
    {
        var acted = context.RequestServices.GetService<TenantScope>()?.HasCommitted == true;
        if (acted || (context.Features.Get<IExceptionHandlerFeature>()?.Error is { } error && MayHaveActed(error)))
        {
            context.Response.Headers[Header] = Unknown;
        }
    }

    // What PostgreSQL refuses it has undone, unless it goes down, which may fall between the commit and its answer. What cannot be reached
    // was asked nothing. Of a line that broke neither is known.
    internal static bool MayHaveActed(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        // Npgsql has one type for a pool that is empty, a server that is away and a line that broke; only the last has sent something.
        NpgsqlException database => database.Message.StartsWith("Exception while ", StringComparison.Ordinal),
        HttpRequestException http => http.HttpRequestError is not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError),
        BrokenCircuitException => false,
        // Entity Framework's own exceptions stand around it, more than one where it has tried again.
        _ when exception.InnerException is NpgsqlException or DbUpdateException => MayHaveActed(exception.InnerException),
        _ => true,
    };
}
