using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Data;

/// <summary>
/// <c>event_counts</c> summed per hour and per day of UTC, so that half a year is read off some thousand rows. Triggers keep the sums in
/// the transaction that changes a count, whoever changes it: the sequencer, retention, and builds that know nothing of them.
/// </summary>
internal static class CountSums
{
    private const string Table =
        """
        create table event_count_sums (
            group_id uuid not null, hours smallint not null, slot timestamptz not null, type text not null, count bigint not null,
            constraint pk_event_count_sums primary key (group_id, hours, slot, type)) with (fillfactor = 70);
        """;

    private const string Slot = "date_bin(make_interval(hours => h.hours), d.slot, timestamptz '2000-01-01 00:00Z')";

    private const string Add =
        $"""
        insert into event_count_sums as s (group_id, hours, slot, type, count)
        select d.group_id, h.hours, {Slot}, d.type, sum(d.count) from changed d cross join (values (1), (24)) h(hours)
        group by 1, 2, 3, 4 having sum(d.count) <> 0 order by 1, 2, 3, 4
        on conflict (group_id, hours, slot, type) do update set count = s.count + excluded.count;
        """;

    // A batch of the sequencer fires the first two, each with the rows that are its own: "insert … on conflict do update". Statements of
    // their own, so that each session plans them once. A row's key never changes.
    private const string Triggers =
        $"""
        create function sum_event_counts() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' then
                with changed as (select group_id, slot, type, count from added)
                {Add}
            elsif tg_op = 'UPDATE' then
                with changed as (
                    select group_id, slot, type, count from added union all select group_id, slot, type, -count from removed)
                {Add}
            else
                with changed as (select group_id, slot, type, -count as count from removed)
                {Add}
                delete from event_count_sums s using (select distinct group_id from removed) r where s.group_id = r.group_id and s.count = 0;
            end if;
            return null;
        end $$;
        create trigger sum_added after insert on event_counts referencing new table as added
            for each statement execute function sum_event_counts();
        create trigger sum_changed after update on event_counts referencing old table as removed new table as added
            for each statement execute function sum_event_counts();
        create trigger sum_removed after delete on event_counts referencing old table as removed
            for each statement execute function sum_event_counts();
        """;

    // The triggers have locked out writers until this transaction ends, so nothing is counted twice or missed.
    private const string Fill =
        $"""
        select set_config('app.system', 'on', true);
        with changed as (select * from event_counts)
        {Add}
        """;

    public static void SumCounts(this MigrationBuilder migration)
    {
        migration.Sql(Table);
        migration.ProtectByGroup("event_count_sums");
        migration.Sql(Triggers);
        migration.Sql(Fill);
    }

    public static void DropSums(this MigrationBuilder migration) => migration.Sql("drop function sum_event_counts() cascade; drop table event_count_sums");
}
