using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace OnePlatform.ServiceDefaults;

/// <summary>One fault of a request (RFC 9457 extension member <c>errors</c>).</summary>
/// <param name="Pointer">JSON Pointer (RFC 6901) into the body, or <c>/name</c> of a parameter.</param>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Detail">For a human.</param>
/// <param name="Position">Zero-based index into the text of the parameter, where one is known.</param>
public sealed record ProblemError(string Pointer, string Code, string Detail, int? Position = null);

/// <summary>The error answers of the API: RFC 9457 with a stable <c>code</c>, which is also the last part of <c>type</c>.</summary>
public static class Problems
{
    /// <summary>400: the request itself is wrong.</summary>
    public static ProblemHttpResult Invalid(string pointer, string code, string detail)
        => Invalid([new ProblemError(pointer, code, detail)]);

    /// <summary>400 with every fault found; the problem's code is <c>validation_failed</c>, or the only fault's own.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyList<ProblemError> errors, string? code = null) => Of(
        StatusCodes.Status400BadRequest,
        code ?? (errors.Count == 1 ? errors[0].Code : ProblemCodes.ValidationFailed),
        errors.Count == 1 ? errors[0].Detail : "Several parts of the request are invalid; see errors.",
        errors);

    /// <summary>401.</summary>
    public static ProblemHttpResult Unauthorized(string code, string detail) => Of(StatusCodes.Status401Unauthorized, code, detail);

    /// <summary>403: known, but not allowed.</summary>
    public static ProblemHttpResult Forbidden(string code, string detail) => Of(StatusCodes.Status403Forbidden, code, detail);

    /// <summary>409.</summary>
    public static ProblemHttpResult Conflict(string code, string detail) => Of(StatusCodes.Status409Conflict, code, detail);

    /// <summary>Any other status.</summary>
    public static ProblemHttpResult Of(int status, string code, string detail, IReadOnlyList<ProblemError>? errors = null)
        => TypedResults.Problem(Make(status, code, detail, errors));

    /// <summary>The body alone; type, instance and trace id are filled in when it is written.</summary>
    public static ProblemDetails Make(int status, string code, string? detail = null, IReadOnlyList<ProblemError>? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Title = TitleOf(status), Detail = detail, Extensions = { ["code"] = code } };
        if (errors is { Count: > 0 })
        {
            problem.Extensions["errors"] = errors;
        }

        return problem;
    }

    internal static void Complete(ProblemDetails problem, HttpContext context, Uri publicUrl)
    {
        var status = problem.Status ??= context.Response.StatusCode;
        var code = problem.Extensions.TryGetValue("code", out var stated) && stated is string text ? text : ProblemCodes.Of(status);
        problem.Extensions["code"] = code;
        problem.Title = TitleOf(status);
        if (problem.Type is null || !problem.Type.StartsWith("https://iana.org/", StringComparison.Ordinal))
        {
            problem.Type = new Uri(publicUrl, $"/problems/{code}").ToString();
        }

        problem.Instance = context.Request.Path;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
    }

    private static string TitleOf(int status) => status switch
    {
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        _ when Enum.IsDefined((HttpStatusCode)status) => string.Concat(
            ((HttpStatusCode)status).ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {c}" : c.ToString())),
        _ => "Error",
    };
}

/// <summary>Codes that any route can answer.</summary>
public static class ProblemCodes
{
    /// <summary>Several faults in one request.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>The body is no JSON, or not of the documented shape.</summary>
    public const string MalformedBody = "malformed_body";

    /// <summary>The body has a member the route does not know.</summary>
    public const string UnknownMember = "unknown_member";

    /// <summary>No credential, or one that is not valid.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The credential lacks a scope.</summary>
    public const string InsufficientScope = "insufficient_scope";

    /// <summary>The caller's role in the group is too low.</summary>
    public const string InsufficientRole = "insufficient_role";

    /// <summary>Something the answer needs is down for now.</summary>
    public const string Unavailable = "service_unavailable";

    /// <summary>The code of a bare status.</summary>
    public static string Of(int status) => status switch
    {
        400 => "bad_request",
        401 => Unauthorized,
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        406 => "not_acceptable",
        408 => "request_timeout",
        409 => "conflict",
        412 => "precondition_failed",
        413 => "content_too_large",
        415 => "unsupported_media_type",
        422 => "unprocessable_content",
        428 => "precondition_required",
        429 => "rate_limited",
        431 => "request_header_fields_too_large",
        499 => "client_closed_request",
        502 => "bad_gateway",
        503 => Unavailable,
        504 => "gateway_timeout",
        >= 500 => "internal_error",
        _ => "error",
    };
}
