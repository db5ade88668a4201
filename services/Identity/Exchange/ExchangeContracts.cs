using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.Exchange;

/// <summary>Asked by the gateway: what may this credential do, in which group.</summary>
/// <param name="Kind">api_key, access_token or session_cookie.</param>
/// <param name="GroupId">The client's <c>X-Group-Id</c>.</param>
public sealed record ExchangeRequest(
    [Required, RegularExpression("^(api_key|access_token|session_cookie)$")] string Kind,
    [Required, StringLength(8192, MinimumLength = 1)] string Credential,
    Guid? GroupId = null,
    [StringLength(64)] string? ClientIp = null);

/// <param name="AccessToken">For the services behind the gateway.</param>
/// <param name="SubjectId">The person or the key.</param>
/// <param name="PersonId">The person, or the one a key was made by.</param>
/// <param name="GroupPath">Ids from the root to the acting group.</param>
/// <param name="Limit">The key's own limit.</param>
/// <param name="Groups">Limits and origins of the acting group first, then of its ancestors up to the root.</param>
public sealed record ExchangeResponse(
    string AccessToken,
    DateTimeOffset ExpiresAt,
    Guid SubjectId,
    Guid? KeyId,
    Guid? SessionId,
    Guid? PersonId,
    Guid? GroupId,
    IReadOnlyList<Guid> GroupPath,
    string Role,
    IReadOnlyList<string> Scopes,
    ExchangedLimit? Limit,
    IReadOnlyList<ExchangedGroup> Groups);

public sealed record ExchangedLimit(int Requests, int Burst);

public sealed record ExchangedGroup(
    Guid Id, int? RequestsPerMinute, int? Burst, long? ApiCallsPerMonth, IReadOnlyList<string>? CorsOrigins);
