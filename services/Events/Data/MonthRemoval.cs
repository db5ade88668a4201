using Microsoft.EntityFrameworkCore.Migrations;

namespace OnePlatform.Events.Data;

/// <summary>
/// What removing a month takes and the service's role may not: both functions run as the owner. Detaching cannot be concurrent where
/// there is a default partition, so it asks for its lock for a moment only; writers never queue behind it for longer.
/// </summary>
internal static class MonthRemoval
{
    private const string CutOff =
        """
        create function cut_off_events(name text) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
        declare
            cut text := 'purged_' || substr(name, 8);
        begin
            if name !~ '^events_\d{4}_\d{2}$' then
                raise exception 'Not a month of the log: %', name;
            end if;
            perform set_config('lock_timeout', '200ms', true);
            execute format('alter table events detach partition %I', name);
            execute format('alter table %I rename to %I', name, cut);
            execute format('grant select, delete on %I to %I', cut, session_user);
            return true;
        exception when lock_not_available then
            return false;
        end $$;
        """;

    private const string Drop =
        """
        create function drop_events(name text) returns void language plpgsql security definer set search_path = public, pg_temp as $$
        declare
            held boolean;
        begin
            if name !~ '^purged_\d{4}_\d{2}$' then
                raise exception 'Not a month that was cut off: %', name;
            end if;
            perform set_config('app.system', 'on', true);
            execute format('select exists (select from event_retention r where r.legal_hold and exists '
                           '(select from %I e where e.group_id = r.group_id))', name) into held;
            if held then
                raise exception 'A group with events in % is under legal hold.', name using errcode = '55006';
            end if;
            execute format('drop table %I', name);
        end $$;
        """;

    public static void CreateMonthRemoval(this MigrationBuilder migration)
    {
        migration.Sql(CutOff);
        migration.Sql(Drop);
    }

    public static void DropMonthRemoval(this MigrationBuilder migration) => migration.Sql("drop function cut_off_events(text); drop function drop_events(text);");
}
