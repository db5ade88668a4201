namespace OnePlatform.Events.Reading;

/// <summary>
/// Counts per bucket of any time zone, out of counts that are kept per quarter of an hour (<c>event_counts</c>), hour and day of UTC
/// (<c>event_count_sums</c>). Every zone's hours begin on a quarter. A bucket is pieced together of the largest of those that fit into it:
/// a week of Berlin is six days and, at both ends, some hours.
/// </summary>
internal static class CountSql
{
    /// <summary>Whole buckets: the range grows to the buckets that its ends lie in.</summary>
    // The end is stepped in local time, where a day may have 23 hours.
    public const string Range =
        """
        select date_trunc(@bucket, @from, @zone) as low,
               ((date_trunc(@bucket, @to - interval '1 microsecond', @zone) at time zone @zone) + ('1 ' || @bucket)::interval)
                   at time zone @zone as high
        """;

    public const string PerBucket = $"{Begin}{BucketStarts}{Rest}";

    /// <summary>The same with the whole range as one bucket.</summary>
    public const string InAll = $"{Begin}select low as low from r{Rest}";

    private const string Begin = $"with r as ({Range}), starts as (";

    // Hours are real ones, of which local time has one twice when clocks are put back; days and weeks are stepped as the end is.
    private const string BucketStarts =
        """
        select distinct date_trunc('hour', q, @zone) as low
        from r, generate_series(r.low, r.high - interval '15 minutes', interval '15 minutes') q where @bucket = 'hour'
        union all
        select b at time zone @zone
        from r, generate_series(r.low at time zone @zone, (r.high - interval '15 minutes') at time zone @zone, ('1 ' || @bucket)::interval) b
        where @bucket <> 'hour'
        """;

    private const string Rest =
        """
        ), buckets as (select s.low, lead(s.low, 1, r.high) over (order by s.low) as high from starts s, r),
        hours as (
            select *, date_bin('1 hour', low + interval '45 minutes', timestamptz '2000-01-01 00:00Z') as first_hour,
                   date_bin('1 hour', high, timestamptz '2000-01-01 00:00Z') as last_hour from buckets),
        days as (
            select *, date_bin('1 day', first_hour + interval '23 hours', timestamptz '2000-01-01 00:00Z') as first_day,
                   date_bin('1 day', last_hour, timestamptz '2000-01-01 00:00Z') as last_day from hours),
        pieces as (
            select d.low as bucket, p.* from days d cross join lateral (values
                (0, low, least(first_hour, high)), (0, greatest(first_hour, last_hour), high),
                (1, first_hour, least(first_day, last_hour)), (1, greatest(first_day, last_day), last_hour),
                (24, first_day, last_day)) p(hours, low, high)
            where p.low < p.high)
        select p.bucket, c.type, sum(c.count)::bigint
        from pieces p cross join lateral (
            select s.type, s.count from event_count_sums s
            where p.hours > 0 and s.group_id = any (@groups) and s.hours = p.hours and s.slot >= p.low and s.slot < p.high
            union all
            select q.type, q.count from event_counts q
            where p.hours = 0 and q.group_id = any (@groups) and q.slot >= p.low and q.slot < p.high) c
        where c.count > 0 and (@types is null or c.type = any (@types))
        group by 1, 2 order by 1, 3 desc, 2
        """;
}
