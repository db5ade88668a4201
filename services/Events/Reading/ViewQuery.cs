using System.Globalization;
using OnePlatform.Events.Recording;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Events.Reading;

/// <summary>What a timeline or the statistics are asked for.</summary>
internal sealed record ViewQuery(string Bucket, string Timezone, DateTimeOffset From, DateTimeOffset To, string[]? Types, int Limit)
{
    private const int MostBuckets = 1500;

    // A calendar asks for the end of its year, and nobody for the end of time: that is where arithmetic with times ends, too.
    private const int MostYearsAhead = 10;

    private static readonly string[] s_without = ["cursor", "sort", "filter", "fields", "count", "includeArchived"];

    public static ListDefinition Timeline { get; } = Named("events.timeline", s_without);

    public static ListDefinition Stats { get; } = Named("events.stats", [.. s_without, "limit"]);

    public static (ViewQuery? Query, IReadOnlyList<QueryError> Errors) Read(
        ListDefinition view, ListQuery query, Guid group, CursorSigner cursors, DateTimeOffset now)
    {
        view.TryPlan(query, group, cursors, out _, out var found);
        var errors = new List<QueryError>(found);
        var bucket = query["bucket"] ?? "day";
        var (length, defaultCount) = bucket switch
        {
            "hour" => (TimeSpan.FromHours(1), 48),
            "day" => (TimeSpan.FromDays(1), 30),
            "week" => (TimeSpan.FromDays(7), 26),
            _ => (TimeSpan.Zero, 0),
        };
        if (length == TimeSpan.Zero)
        {
            errors.Add(Invalid("bucket", "bucket takes one of hour, day, week."));
        }

        var timezone = query["timezone"] ?? "UTC";
        if (timezone.Length > 64 || !TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out var zone) || !zone.HasIanaId)
        {
            errors.Add(Invalid("timezone", "timezone takes an IANA name such as Europe/Berlin."));
        }

        var to = Time(query, "to", now, errors) ?? now;
        var from = Time(query, "from", now, errors) ?? to - (length * defaultCount);
        if (from >= to)
        {
            errors.Add(Invalid("from", "from must be before to."));
        }
        else if (length > TimeSpan.Zero && (to - from) / length > MostBuckets)
        {
            errors.Add(Invalid("from", $"That is more than {MostBuckets} buckets; ask for less time or longer buckets."));
        }

        var types = query[EventLists.Type] is { } names ? EventQuery.TypesOf(names) : null;
        return errors.Count == 0 ? (new ViewQuery(bucket, timezone, from, to, types, query.Limit), []) : (null, errors);
    }

    private static DateTimeOffset? Time(ListQuery query, string name, DateTimeOffset now, List<QueryError> errors)
    {
        if (query[name] is not { } text)
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            errors.Add(Invalid(name, $"{name} takes a time such as 2026-01-31T12:00:00Z."));
            return null;
        }

        // PostgreSQL gets the first and the last time of all as its infinities, and would count buckets from there without end.
        if (time < CustomEventRules.Earliest || time > now.AddYears(MostYearsAhead))
        {
            errors.Add(Invalid(name, $"{name} takes a time from 2000-01-01, where the log begins, to {MostYearsAhead} years from now."));
            return null;
        }

        return time;
    }

    private static ListDefinition Named(string name, IReadOnlyList<string> without) => new(name, new FieldMap(Field.Id("e.id")))
    {
        Parameters = [.. new[] { "bucket", "timezone", "from", "to", EventLists.Type, EventLists.Platform }.Select(ListParameter.Own)],
        Without = without,
    };

    private static QueryError Invalid(string name, string detail) => new(QueryErrorCode.InvalidParameter, $"/{name}", detail);
}
