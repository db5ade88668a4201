using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>Turns what the framework says of an error into the API's own problems.</summary>
internal static partial class ProblemWriting
{
    private const int RetryAfterSeconds = 5;

    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Customize);
        services.AddExceptionHandler<ExceptionProblems>();
    }

    private static void Customize(ProblemDetailsContext context)
    {
        if (context.ProblemDetails is HttpValidationProblemDetails validation)
        {
            context.ProblemDetails = FromValidation(validation);
        }

        var platform = context.HttpContext.RequestServices.GetRequiredService<IOptions<PlatformOptions>>().Value;
        Problems.Complete(context.ProblemDetails, context.HttpContext, platform.PublicUrl);
        if (context.ProblemDetails.Status >= StatusCodes.Status500InternalServerError)
        {
            Outcome.Tell(context.HttpContext);
        }
    }

    private static ProblemDetails FromValidation(HttpValidationProblemDetails validation)
    {
        List<ProblemError> errors = [.. validation.Errors.SelectMany(
            e => e.Value.Select(detail => new ProblemError(PointerOf(e.Key), "invalid", detail)))];
        return Problems.Make(StatusCodes.Status400BadRequest, ProblemCodes.ValidationFailed, "The request is invalid; see errors.", errors);
    }

    /// <summary><c>Items[0].Name</c> → <c>/items/0/name</c>.</summary>
    private static string PointerOf(string path) => path.Length == 0
        ? ""
        : "/" + string.Join('/', PathPart().Matches(path).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Value)));

    /// <summary>The problem for an exception, or null when it is a bug.</summary>
    public static ProblemDetails? FromException(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => FromJson(json),
        BadHttpRequestException bad => Problems.Make(bad.StatusCode, CodeOf(bad.StatusCode), DetailOf(bad)),
        NpgsqlException database when IsAway(database) => Away(),
        TimeoutException => Away(),
        DbUpdateConcurrencyException => Problems.Make(
            StatusCodes.Status409Conflict, "changed_meanwhile", "What this would change was changed at the same moment. Read it and try again."),
        HttpRequestException or Polly.ExecutionRejectedException => Problems.Make(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "Another part of the platform is not available; try again."),
        // Entity Framework's own exceptions stand around it, more than one where it has tried again.
        _ when exception.InnerException is NpgsqlException or DbUpdateException => FromException(exception.InnerException),
        _ => null,
    };

    private static ProblemDetails Away() => Problems.Make(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "Something this answer needs is not available; try again.");

    // Shut down, crashed, not up yet, without room or memory, or unable to read its files: no fault of the request, and not for ever. With
    // a full disk PostgreSQL calls it an internal error that it cannot welcome a new connection.
    private static bool IsAway(NpgsqlException exception) => exception.IsTransient || exception is PostgresException
    {
        SqlState: ['5', '3' or '8', ..] or PostgresErrorCodes.InternalError
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow,
    };

    public static void AddRetryAfter(HttpResponse response)
    {
        if (response.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static ProblemDetails FromJson(JsonException json)
    {
        var unknown = UnknownMember().Match(json.Message);
        var pointer = PointerOf(json.Path is null ? "" : json.Path.TrimStart('$', '.'));
        if (NullItem().Match(json.Message) is { Success: true } item)
        {
            pointer = $"{pointer}/{item.Groups[1].Value}";
        }

        var error = unknown.Success
            ? new ProblemError(
                pointer.EndsWith("/" + unknown.Groups[1].Value, StringComparison.Ordinal) ? pointer : $"{pointer}/{unknown.Groups[1].Value}",
                ProblemCodes.UnknownMember, $"The member '{unknown.Groups[1].Value}' is not known here.")
            : new ProblemError(pointer, ProblemCodes.MalformedBody, "The body is not valid JSON of the documented shape at this place.");
        return Problems.Make(StatusCodes.Status400BadRequest, error.Code, error.Detail, [error]);
    }

    private static string CodeOf(int status) => status == StatusCodes.Status400BadRequest ? ProblemCodes.MalformedBody : ProblemCodes.Of(status);

    // The framework names parameters and header rules here; for a body it names our types, which tell a client nothing.
    private static string DetailOf(BadHttpRequestException bad) => bad.Message.Contains(" body", StringComparison.Ordinal)
        ? "The body is missing or is not of the documented media type and shape."
        : bad.Message;

    [GeneratedRegex(@"[^.\[\]]+")]
    private static partial Regex PathPart();

    [GeneratedRegex(@"item '([^']*)' is null")]
    private static partial Regex NullItem();

    [GeneratedRegex(@"property '([^']*)' could not be mapped")]
    private static partial Regex UnknownMember();
}

internal sealed class ExceptionProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested && exception is OperationCanceledException)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (ProblemWriting.FromException(exception) is not { } problem)
        {
            return false;
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        ProblemWriting.AddRetryAfter(httpContext.Response);
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }
}
