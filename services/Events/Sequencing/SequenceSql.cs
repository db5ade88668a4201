using OnePlatform.Events.Data;

namespace OnePlatform.Events.Sequencing;

internal static class SequenceSql
{
    /// <summary>
    /// Moves the oldest waiting lines into the log and numbers them, in one statement: all of it is visible at once or not at all.
    /// A line that is in the log already is dropped before numbering, so that it leaves no gap.
    /// </summary>
    /// <remarks>
    /// Lines of one target go in the order of its versions even where the clocks of their sources disagree: none counts as earlier
    /// than the version before it (<c>settled_at</c>).
    /// </remarks>
    public const string Move =
        $"""
        with taken as (
            delete from incoming where id = any (array(select id from incoming order by id limit $1)) returning *),
        fresh as (
            select t.*, max(t.occurred_at) over (
                partition by t.group_id, t.target_id, case when t.target_id is null then t.id end
                order by t.target_version, t.occurred_at, t.id) as settled_at
            from taken t where not exists (select from events e where e.id = t.id)),
        numbered as (
            select f.*, row_number() over (
                partition by f.group_id order by f.settled_at, f.target_id, f.target_version, f.occurred_at, f.id) as number
            from fresh f),
        grown as (
            insert into group_positions as p (group_id, last)
            select group_id, count(*) from numbered group by group_id
            on conflict (group_id) do update set last = p.last + excluded.last
            returning group_id, last),
        firsts as (
            select g.group_id, g.last, g.last - (select count(*) from numbered n where n.group_id = g.group_id) as before from grown g),
        counted as (
            insert into event_counts as c (group_id, slot, type, count)
            select group_id, date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00Z'), type, count(*)
            from numbered group by 1, 2, 3
            on conflict (group_id, slot, type) do update set count = c.count + excluded.count),
        added as (
            insert into events (position, {LogTables.Columns})
            select f.before + n.number, {NumberedColumns}
            from numbered n join firsts f on f.group_id = n.group_id
            returning 1)
        select (select count(*) from taken), (select count(*) from added),
               (select count(pg_notify('{LogChannels.Grown}', f.group_id || ' ' || f.last)) from firsts f)
        """;

    private const string NumberedColumns =
        "n.id, n.group_id, n.type, n.source, n.actor_kind, n.actor_id, n.on_behalf_of, n.target_id, n.target_kind, n.target_version, "
        + "n.occurred_at, n.recorded_at, n.metadata, n.changes, n.request_id, n.trace_id, n.ip, n.user_agent";
}
