using Microsoft.EntityFrameworkCore.Migrations;

namespace OnePlatform.Events.Data;

internal static class LogSearch
{
    /// <summary>
    /// Under a row-level policy PostgreSQL uses an index only for functions that are marked as leaking nothing. Text search leaks nothing of
    /// documents of the size the log takes, and is not marked. Marking takes a superuser; without one searches by words stay right, and read
    /// all events of their group.
    /// </summary>
    public static void LetWordsUseTheirIndex(this MigrationBuilder migration) => migration.Sql(
        """
        do $$ begin
            alter function ts_match_vq(tsvector, tsquery) leakproof;
            alter function jsonb_to_tsvector(regconfig, jsonb, jsonb) leakproof;
        exception when insufficient_privilege then
            raise notice 'The index on words is not used: marking its functions takes a superuser.';
        end $$;
        """);

    /// <summary>For equality with a member of the metadata. Paths only: half the size of an index that knows the keys as well.</summary>
    public static void IndexMetadata(this MigrationBuilder migration)
    {
        migration.Sql("create index ix_events_metadata on events using gin (metadata jsonb_path_ops)");
        migration.Sql(
            """
            do $$ begin
                alter function jsonb_contains(jsonb, jsonb) leakproof;
            exception when insufficient_privilege then
                raise notice 'The index on metadata is not used: marking its operator takes a superuser.';
            end $$;
            """);
    }
}
