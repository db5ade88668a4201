using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Data;

/// <summary>
/// The tables of the log. A line is committed to <c>incoming</c>, where it has no position and no reader; the sequencer moves
/// it to <c>events</c>, which is only ever appended to, and counts it in <c>event_counts</c>.
/// </summary>
internal static class LogTables
{
    /// <summary>Columns that <c>incoming</c> and <c>events</c> share, in the order in which they are written.</summary>
    public const string Columns =
        "id, group_id, type, source, actor_kind, actor_id, on_behalf_of, target_id, target_kind, target_version, "
        + "occurred_at, recorded_at, metadata, changes, request_id, trace_id, ip, user_agent";

    private const string Definitions =
        """
        group_id uuid not null, type text not null, source text not null,
        actor_kind text not null, actor_id uuid, on_behalf_of uuid,
        target_id uuid, target_kind text, target_version bigint,
        occurred_at timestamptz not null, recorded_at timestamptz not null,
        metadata jsonb not null, changes jsonb, request_id text, trace_id text, ip text, user_agent text
        """;

    // A version-7 id begins with the time it was made at. So a range of ids is a month, the id alone is the key of the
    // partitioned table, and a second delivery of an event meets the first whatever it says of its time.
    private const string Events =
        $"""
        create table events (id uuid not null, position bigint not null, {Definitions}, constraint pk_events primary key (id))
            partition by range (id);
        create index ix_events_position on events (group_id, position);
        create index ix_events_occurred on events (group_id, occurred_at, id);
        create index ix_events_type on events (group_id, type, occurred_at, id);
        create index ix_events_target on events (group_id, target_id, occurred_at, id) where target_id is not null;
        create index ix_events_actor on events (group_id, actor_id, occurred_at, id) where actor_id is not null;
        create index ix_events_text on events using gin (jsonb_to_tsvector('simple', metadata, '["string", "numeric"]'));
        create table events_rest partition of events default;
        """;

    private const string Others =
        $"""
        create table incoming (id uuid not null constraint pk_incoming primary key, {Definitions})
            with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
        create table group_positions (group_id uuid not null constraint pk_group_positions primary key, last bigint not null)
            with (fillfactor = 50);
        create table event_counts (
            group_id uuid not null, slot timestamptz not null, type text not null, count bigint not null,
            constraint pk_event_counts primary key (group_id, slot, type)) with (fillfactor = 70);
        """;

    // Attaching locks out nobody, unlike "create … partition of". Rows that came for the month before its partition was made
    // lie in the default partition and are moved. Runs as the owner, because the service's role may not create tables.
    private const string MakePartitions =
        """
        create function make_event_partitions(first_month date, months int) returns int language plpgsql security definer
            set search_path = public, pg_temp as $$
        declare
            month date; name text; low uuid; high uuid; made int := 0;
        begin
            perform set_config('app.system', 'on', true);
            for i in 0 .. least(months, 24) - 1 loop
                month := (date_trunc('month', first_month::timestamp) + make_interval(months => i))::date;
                name := 'events_' || to_char(month, 'YYYY_MM');
                continue when to_regclass(name) is not null;
                low := first_event_id(month::timestamp at time zone 'UTC');
                high := first_event_id((month + interval '1 month') at time zone 'UTC');
                execute format('create table %I (like events including all)', name);
                execute format('with moved as (delete from events_rest where id >= %L and id < %L returning *) '
                               'insert into %I select * from moved', low, high, name);
                execute format('alter table events attach partition %I for values from (%L) to (%L)', name, low, high);
                execute format('alter table %I enable row level security', name);
                execute format('alter table %I force row level security', name);
                execute format('create policy system_only on %I using ((select app_is_system()))', name);
                made := made + 1;
            end loop;
            return made;
        end $$;
        """;

    private const string FirstEventId =
        """
        create function first_event_id(at timestamptz) returns uuid language sql immutable strict as $$
            select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;
        """;

    public static void CreateLog(this MigrationBuilder migration)
    {
        migration.Sql(Events);
        migration.Sql(Others);
        migration.ProtectByGroup("events");
        migration.ProtectByGroup("event_counts");
        migration.ProtectByGroup("group_positions");
        migration.ProtectAsSystem("events_rest");
        migration.ProtectAsSystem("incoming");
        migration.Sql(FirstEventId);
        migration.Sql(MakePartitions);
        migration.Sql("select make_event_partitions((now() - interval '1 month')::date, 5)");
    }

    public static void DropLog(this MigrationBuilder migration) => migration.Sql(
        """
        drop function make_event_partitions(date, int);
        drop function first_event_id(timestamptz);
        drop table events, incoming, group_positions, event_counts;
        """);
}
