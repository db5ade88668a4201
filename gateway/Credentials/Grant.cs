using OnePlatform.Gateway.Limits;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Identity's answer to a credential: a short-lived token for the services, and what the gateway needs to know.</summary>
internal sealed record ExchangeAnswer(
    string AccessToken,
    DateTimeOffset ExpiresAt,
    Guid SubjectId,
    Guid? KeyId = null,
    Guid? SessionId = null,
    Guid? PersonId = null,
    Guid? GroupId = null,
    IReadOnlyList<Guid>? GroupPath = null,
    string? Role = null,
    IReadOnlyList<string>? Scopes = null,
    StatedLimit? Limit = null,
    IReadOnlyList<GroupTerms>? Groups = null);

internal sealed record StatedLimit(int Requests, int Burst);

/// <summary>What a group says about requests made in it; the acting group first, the root last.</summary>
internal sealed record GroupTerms(
    Guid Id, int? RequestsPerMinute = null, int? Burst = null, long? ApiCallsPerMonth = null, IReadOnlyList<string>? CorsOrigins = null);

/// <summary>A credential that was accepted, ready for use by many requests.</summary>
internal sealed class Grant
{
    /// <param name="issuedAt">When Identity was asked, not when it answered.</param>
    public Grant(ExchangeAnswer answer, DateTimeOffset issuedAt, LimitOptions limits, TimeProvider clock)
    {
        (Answer, IssuedAt) = (answer, issuedAt);
        Authorization = $"Bearer {answer.AccessToken}";
        Resources = answer.Scopes?.Select(scope => scope.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        Buckets = BucketSet.For(answer, limits, clock);
        Tags = [.. new[] { answer.SubjectId, answer.KeyId, answer.SessionId, answer.PersonId, answer.GroupId }
            .Concat(answer.GroupPath?.Select(id => (Guid?)id) ?? [])
            .Concat(answer.Groups?.Select(group => (Guid?)group.Id) ?? [])
            .OfType<Guid>()
            .Distinct()];
    }

    public ExchangeAnswer Answer { get; }

    public DateTimeOffset IssuedAt { get; }

    public string Authorization { get; }

    /// <summary>What its scopes are about; <c>*</c> is everything, null is not known.</summary>
    public IReadOnlySet<string>? Resources { get; }

    /// <summary>The limits its requests count against.</summary>
    public BucketSet Buckets { get; }

    /// <summary>Whatever it depends on: news of any of these ends it.</summary>
    public IReadOnlyList<Guid> Tags { get; }

    public bool AllowsOrigin(string origin)
        => Answer.Groups?.Any(group => group.CorsOrigins?.Contains(origin, StringComparer.OrdinalIgnoreCase) ?? false) ?? false;
}

/// <summary>A credential that was not accepted.</summary>
internal sealed record Refusal(int Status, string Code, string Detail);

/// <summary>One of the two, or neither when Identity cannot say.</summary>
internal sealed record Verdict(Grant? Grant, Refusal? Refusal)
{
    public static Verdict Unknown { get; } = new(null, null);
}
