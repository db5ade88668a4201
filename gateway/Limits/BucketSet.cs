using System.Globalization;
using OnePlatform.Gateway.Credentials;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Limits;

/// <summary>One limit that a request counts against.</summary>
/// <param name="Name">In the headers and in a refusal.</param>
internal sealed record Bucket(string Name, string Key, int Requests, int Burst)
{
    /// <summary>A request that costs more than the whole limit would never pass; it takes all there is.</summary>
    public int PriceOf(int cost) => Math.Min(cost, Requests);
}

/// <summary>All limits that a request counts against, with everything about them that does not change from request to request.</summary>
internal sealed class BucketSet
{
    public const int WindowSeconds = 60;

    private BucketSet(Bucket[] buckets, TimeProvider clock)
    {
        Buckets = buckets;
        Keys = [.. buckets.Select(bucket => (RedisKey)bucket.Key)];
        Leases = [.. buckets.Select(_ => new Lease(clock))];
        Policy = string.Join(", ", buckets.Select(
            bucket => string.Create(CultureInfo.InvariantCulture, $"\"{bucket.Name}\";q={bucket.Requests};w={WindowSeconds}")));
    }

    public Bucket[] Buckets { get; }

    public RedisKey[] Keys { get; }

    /// <summary>What this instance has in advance, of each bucket.</summary>
    public Lease[] Leases { get; }

    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; }

    public static BucketSet For(ExchangeAnswer answer, LimitOptions options, TimeProvider clock)
    {
        var own = answer.KeyId is { } key
            ? new Bucket("key", KeyOf("key", key), answer.Limit?.Requests ?? options.Credential.Requests, answer.Limit?.Burst ?? options.Credential.Burst)
            : new Bucket("session", KeyOf("session", answer.SessionId ?? answer.SubjectId), options.Credential.Requests, options.Credential.Burst);
        var groups = (answer.Groups ?? [])
            .Select((group, depth) => (Terms: group, Name: depth == 0 ? "group" : $"ancestor-{depth}"))
            .Where(group => group.Terms.RequestsPerMinute is not null)
            .Select(group => new Bucket(group.Name, KeyOf("group", group.Terms.Id), group.Terms.RequestsPerMinute!.Value, group.Terms.Burst ?? 0));
        return new BucketSet([own, .. groups], clock);
    }

    /// <param name="network">As <see cref="ClientNetwork"/> names it.</param>
    /// <param name="limit">Of each address.</param>
    /// <param name="clock">Of the leases.</param>
    public static BucketSet For(string network, RequestLimit limit, TimeProvider clock)
        => new([new Bucket("address", $"gateway:limit:address:{network}", limit.Requests, limit.Burst)], clock);

    private static string KeyOf(string kind, Guid id) => $"gateway:limit:{kind}:{id:N}";
}
