using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Limits;

/// <summary>Counts a request against its limits and answers it itself when one is exhausted.</summary>
internal sealed partial class LimitCheck
{
    private const string QuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    // After a failure Redis is left alone for a moment: a request must not wait for what has just failed.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly SharedBuckets _shared;
    private readonly LocalBuckets _local;
    private readonly AddressBuckets _addresses;
    private readonly LimitOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<LimitCheck> _logger;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _refused;
    private long _resumeAt;

    public LimitCheck(
        SharedBuckets shared, LocalBuckets local, AddressBuckets addresses, IOptions<LimitOptions> options, IMeterFactory meters, TimeProvider clock,
        ILogger<LimitCheck> logger)
    {
        var meter = meters.Create("OnePlatform.Gateway");
        (_shared, _local, _addresses, _options, _clock, _logger) = (shared, local, addresses, options.Value, clock, logger);
        _fallbacks = meter.CreateCounter<long>("gateway.limits.fallback", "{request}", "Requests limited in memory because Redis was away.");
        _refused = meter.CreateCounter<long>("gateway.limits.refused", "{request}", "Requests refused, by the limit they met.");
    }

    /// <summary>The quick path: what was leased suffices, and nobody is asked.</summary>
    public bool TryAdmit(RequestPass pass)
    {
        if (!SharedBuckets.TryTakeLeased(BucketsOf(pass), CostOf(pass), out var state))
        {
            return false;
        }

        pass.Limits = state;
        return true;
    }

    /// <summary>Asks for more than was leased.</summary>
    /// <returns>Whether the request may go on; otherwise it is answered.</returns>
    public async Task<bool> AdmitAsync(RequestPass pass)
    {
        var set = BucketsOf(pass);
        var state = await TakeAsync(set, CostOf(pass));
        pass.Limits = state;
        if (state.IsAdmitted)
        {
            return true;
        }

        await RefuseAsync(pass.Context, set, state);
        return false;
    }

    /// <summary>Says how things stand with the client's address and takes nothing.</summary>
    public async Task TellAsync(RequestPass pass)
    {
        var set = _addresses.Of(pass.Context.Connection.RemoteIpAddress);
        pass.Limits = SharedBuckets.TryTakeLeased(set, cost: 0, out var state) ? state : await TakeAsync(set, cost: 0);
    }

    private BucketSet BucketsOf(RequestPass pass) => pass.Grant?.Buckets ?? _addresses.Of(pass.Context.Connection.RemoteIpAddress);

    private int CostOf(RequestPass pass) => _options.Costs.GetValueOrDefault(pass.Rule.Cost, 1);

    private async Task<LimitState> TakeAsync(BucketSet set, int cost)
    {
        if (_clock.GetTimestamp() >= Volatile.Read(ref _resumeAt))
        {
            try
            {
                return await _shared.TakeAsync(set, cost);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                Volatile.Write(ref _resumeAt, _clock.GetTimestamp() + (long)(s_pause.TotalSeconds * _clock.TimestampFrequency));
                LogAway(exception);
            }
        }

        _fallbacks.Add(1);
        return _local.Take(set, cost);
    }

    private Task RefuseAsync(HttpContext context, BucketSet set, LimitState state)
    {
        var violated = set.Buckets.Where((_, i) => (state.Violated & (1 << i)) != 0).Select(bucket => bucket.Name).ToArray();
        var wait = state.Resets.Where((_, i) => (state.Violated & (1 << i)) != 0).Max();
        foreach (var limit in violated)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        }

        var problem = Problems.Make(
            StatusCodes.Status429TooManyRequests, "rate_limited", $"Too many requests; try again in {wait} seconds.");
        problem.Type = QuotaExceeded;
        problem.Extensions["violated-policies"] = violated;
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return context.AnswerAsync(problem);
    }

    [LoggerMessage(LogLevel.Warning, "Limits are kept in memory: Redis cannot be asked.")]
    private partial void LogAway(Exception exception);
}

/// <summary>Holds requests to their limits, except probes of the platform's own health.</summary>
internal sealed class LimitGate(RequestDelegate next, LimitCheck limits)
{
    public Task InvokeAsync(HttpContext context)
    {
        var pass = RequestPass.Of(context);
        return limits.TryAdmit(pass) ? next(context) : AskAsync(pass);
    }

    private async Task AskAsync(RequestPass pass)
    {
        if (await limits.AdmitAsync(pass))
        {
            await next(pass.Context);
        }
    }
}
