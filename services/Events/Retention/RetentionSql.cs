using OnePlatform.Events.Reading;

namespace OnePlatform.Events.Retention;

internal static class RetentionSql
{
    /// <summary>Of each group that does not keep all: before which time its events may go.</summary>
    public const string Due =
        """
        select p.group_id, $1 - make_interval(days => coalesce(r.days, (t.limits ->> 'EventDays')::int)) as before
        from group_positions p left join event_retention r on r.group_id = p.group_id left join group_tree t on t.id = p.group_id
        where coalesce(r.days, (t.limits ->> 'EventDays')::int) is not null and not coalesce(r.legal_hold, false)
        """;

    /// <summary>
    /// The oldest positions first, off the index: they are also the first recorded. $4: up to where this run has been, or each look would
    /// walk over all that is removed already and not yet vacuumed.
    /// </summary>
    public const string Oldest =
        """
        select min(f.position), max(f.position) from (
            select position, recorded_at from events where group_id = $1 and position > $4 order by position limit $3) f
        where f.recorded_at < $2
        """;

    public const string Range =
        $"""
        select {EventRow.Columns} from events e
        where e.group_id = $1 and e.recorded_at < $2 and e.position >= $3 and e.position <= $4 order by e.position
        """;

    /// <summary>What was counted is taken off the counts, and the tree is told what went. A hold that was set meanwhile stops it.</summary>
    public const string Remove =
        """
        with removed as (
            delete from events where group_id = $1 and recorded_at < $2 and position >= $3 and position <= $4
                and not exists (select from event_retention r where r.group_id = $1 and r.legal_hold)
            returning occurred_at, type, position),
        sums as (select date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00Z') as slot, type, count(*) as n from removed group by 1, 2),
        less as (
            update event_counts c set count = c.count - s.n from sums s where c.group_id = $1 and c.slot = s.slot and c.type = s.type),
        noted as (
            insert into event_trees as t (group_id, removed)
            select $1, range_agg(int8range(position, position, '[]')) from removed having count(*) > 0
            on conflict (group_id) do update set removed = t.removed + excluded.removed)
        select count(*) from removed
        """;

    /// <summary>A month as long as it is part of the log. $1, $2: where it begins and ends.</summary>
    public const string Month = "(select group_id, position from events where id >= first_event_id($1) and id < first_event_id($2)) month";

    /// <summary>That all of these events go, for whoever asks the log's tree for one.</summary>
    public static string Note(string events) =>
        $"""
         insert into event_trees as t (group_id, removed)
         select group_id, range_agg(int8range(position, position, '[]')) from {events} group by group_id
         on conflict (group_id) do update set removed = t.removed + excluded.removed
         """;

    /// <summary>Months of which a part exists, and those that were cut off and are not yet gone.</summary>
    public const string Months =
        """
        select c.relname from pg_class c left join pg_inherits i on i.inhrelid = c.oid
        where c.relkind = 'r' and (c.relname ~ '^purged_\d{4}_\d{2}$' or (c.relname ~ '^events_\d{4}_\d{2}$' and i.inhparent = 'events'::regclass))
        order by c.relname
        """;

    /// <summary>Groups with an event in the month that keep all: one probe of an index for each, so that a month that stays costs little.</summary>
    public const string KeptByOthers =
        """
        select exists (
            select from group_positions p where p.group_id <> all ($1) and exists (
                select from events e where e.group_id = p.group_id and e.id >= first_event_id($2) and e.id < first_event_id($3)))
        """;

    /// <summary>Of each group with events in the month the last that was recorded.</summary>
    public const string LastOfMonth =
        "select group_id, max(recorded_at) from events where id >= first_event_id($1) and id < first_event_id($2) group by group_id";
}
