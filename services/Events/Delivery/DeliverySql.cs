using OnePlatform.Events.Reading;

namespace OnePlatform.Events.Delivery;

internal static class DeliverySql
{
    // In pauses of the first length.
    private const string LongestPause = "100";

    /// <summary>The groups whose events a webhook gets: its own, and for a sub-tree the active ones that every group on the way allows.</summary>
    public const string Groups =
        """
        create function webhook_groups(root uuid, subtree boolean) returns setof uuid language sql stable as $$
            select root
            union all
            select g.id from group_tree r join group_tree g on g.path_key >= r.path_key || '/' and g.path_key < r.path_key || '0'
            where subtree and r.id = root and not exists (
                select from group_tree m where m.id = any (g.path) and m.path_key > r.path_key and m.path_key like r.path_key || '/%'
                    and not (m.allow_parent_access and m.status = 'active'))
        $$;
        """;

    /// <summary>Disabled ones count: their cursors begin as well, and what waits for them is not lost.</summary>
    public const string HasReceivers = "select exists (select from webhooks)";

    /// <summary>Where a webhook begins: with what is recorded after it was made.</summary>
    public const string Begin =
        """
        insert into webhook_cursors (webhook_id, group_id, position)
        select w.id, g.id, coalesce((
            select e.position from events e where e.group_id = g.id and e.recorded_at < w.created_at order by e.position desc limit 1), 0)
        from webhooks w cross join lateral webhook_groups(w.group_id, w.subtree) g(id)
        where not exists (select from webhook_cursors c where c.webhook_id = w.id and c.group_id = g.id)
        on conflict do nothing
        """;

    /// <summary>Hands what was recorded since to the webhooks that asked for it. Positions have no gaps, so none is passed over.</summary>
    /// <returns>How many cursors moved.</returns>
    public const string FanOut =
        """
        with due as (
            select c.webhook_id, c.group_id, c.position as after, least(p.last, c.position + $1) as upto, w.group_id as owner, w.types
            from webhook_cursors c
            join webhooks w on w.id = c.webhook_id and w.status = 'active'
            join group_positions p on p.group_id = c.group_id and p.last > c.position
            where c.group_id = w.group_id or c.group_id in (select webhook_groups(w.group_id, w.subtree))
            for update of c skip locked),
        handed as (
            insert into webhook_deliveries (webhook_id, event_id, group_id, type, position, order_key, status, attempts, due_at, created_at)
            select d.webhook_id, e.id, d.owner, e.type, e.position, coalesce(e.target_id, e.id), 'pending', 0, $2, $2
            from due d join events e on e.group_id = d.group_id and e.position > d.after and e.position <= d.upto
            where cardinality(d.types) = 0 or e.type = any (d.types)
            on conflict do nothing)
        update webhook_cursors c set position = d.upto from due d where c.webhook_id = d.webhook_id and c.group_id = d.group_id
        """;

    /// <summary>
    /// Claims what is due: of each receiver only so many as it has free places, and for ordered ones nothing whose forerunner is
    /// still on its way. One instance claims at a time, or two would fill the same places. Receivers with the fewest on their way
    /// come first, so that a long backlog of one leaves places to all others. One that failed $5 times in a row gets one at a time until
    /// it takes something.
    /// </summary>
    public const string Claim =
        $"""
        with busy as (
            select webhook_id, count(*) as n from webhook_deliveries where status = 'pending' and claimed_until > $1 group by 1),
        picked as (
            select p.webhook_id, p.event_id
            from webhooks w left join busy b on b.webhook_id = w.id cross join lateral (
                select d.webhook_id, d.event_id, d.position, row_number() over (order by d.position) + coalesce(b.n, 0) as turn
                from webhook_deliveries d
                where d.webhook_id = w.id and d.status = 'pending' and d.due_at <= $1 and (d.claimed_until is null or d.claimed_until <= $1)
                    and not (w.ordered and exists (
                        select from webhook_deliveries o
                        where o.webhook_id = d.webhook_id and o.status = 'pending' and o.order_key = d.order_key and o.position < d.position))
                order by d.position limit greatest(0, case when w.failures >= $5 then 1 else $2 end - coalesce(b.n, 0))) p
            where w.status = 'active' and (w.paused_until is null or w.paused_until <= $1)
            order by p.turn, p.position limit $3),
        claimed as (
            update webhook_deliveries d set claimed_until = $4 from picked p
            where d.webhook_id = p.webhook_id and d.event_id = p.event_id
            returning d.webhook_id, d.event_id, d.attempts, d.type, d.position)
        select {EventRow.Columns}, c.webhook_id, c.event_id, c.attempts, w.group_id, w.url, w.secret,
               case when w.previous_secret_until > $1 then w.previous_secret end, w.failing_since
        from claimed c join webhooks w on w.id = c.webhook_id left join events e on e.id = c.event_id
        order by c.position
        """;

    /// <summary>A pause that began while this was under way goes on: the receiver may have asked for it. $5: now.</summary>
    public const string Succeeded =
        """
        with done as (
            update webhook_deliveries set status = 'delivered', delivered_at = $3, attempts = attempts + 1, claimed_until = null, log = log || $4
            where webhook_id = $1 and event_id = $2)
        update webhooks set failing_since = null, failures = 0, paused_until = case when paused_until > $5 then paused_until end
        where id = $1 and (failures > 0 or failing_since is not null or paused_until <= $5)
        """;

    /// <summary>What cannot be sent, through no fault of its receiver.</summary>
    public const string GivenUp =
        """
        update webhook_deliveries set status = 'failed', attempts = attempts + 1, claimed_until = null, log = log || $3
        where webhook_id = $1 and event_id = $2
        """;

    /// <summary>
    /// $5: next attempt, null for none. $6: until when the receiver asked to be left alone. $7: why it is disabled, null when it is not;
    /// $8 to $10 are the row that tells of that, stored by the one failure that disables. From $12 failures in a row on the receiver is left
    /// alone from $11 on for $13, then twice as long each time. Counted here, because several attempts fail side by side; what was already
    /// under way when that began counts no more.
    /// </summary>
    public const string FailedOnce =
        $"""
        with hit as (
            update webhooks set failing_since = coalesce(failing_since, $3),
                failures = failures + case when paused_until > $11 then 0 else 1 end,
                paused_until = greatest(paused_until, $6, case when failures + 1 >= $12 and (paused_until > $11) is not true
                    then $11 + $13 * least({LongestPause}, power(2, least(failures + 1 - $12, 20))) end),
                status = case when $7::text is null then status else 'disabled' end,
                disabled_reason = $7, version = version + case when $7 is null then 0 else 1 end,
                updated_at = case when $7 is null then updated_at else $3 end
            where id = $1 and status = 'active'
            returning status, paused_until),
        done as (
            update webhook_deliveries set status = case when $5::timestamptz is null then 'failed' else 'pending' end,
                due_at = case when $5 is null then due_at else greatest($5, (select paused_until from hit)) end,
                attempts = attempts + 1, claimed_until = null, log = log || $4
            where webhook_id = $1 and event_id = $2)
        insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts)
        select $8, $9, $10, null, $3, $3, 0 from hit where status = 'disabled'
        """;

    /// <summary>Puts events of one group back on their way; those the webhook never had are handed to it for the first time.</summary>
    public const string Replay =
        """
        with found as (
            select e.id, e.type, e.position, e.target_id from events e
            where e.group_id = $2 and e.position >= $3 and e.occurred_at >= $4 and e.occurred_at < $5
              and (cardinality($6::text[]) = 0 or e.type = any ($6))
            order by e.position limit $7),
        queued as (
            insert into webhook_deliveries as d (webhook_id, event_id, group_id, type, position, order_key, status, attempts, due_at, created_at)
            select $1, id, $2, type, position, coalesce(target_id, id), 'pending', 0, $8, $8 from found
            on conflict (webhook_id, event_id) do update set status = 'pending', attempts = 0, due_at = excluded.due_at, delivered_at = null
                where d.status <> 'pending'
            returning 1)
        select (select count(*) from queued), (select count(*) from found), (select max(position) from found)
        """;
}
