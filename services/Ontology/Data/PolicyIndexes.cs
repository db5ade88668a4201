using Microsoft.EntityFrameworkCore.Migrations;

namespace OnePlatform.Ontology.Data;

internal static class PolicyIndexes
{
    /// <summary>
    /// Under a row-level policy PostgreSQL uses an index only for operators that are marked as leaking nothing, and containment of
    /// documents and text search are not marked although they leak nothing. Marking takes a superuser; without one those two searches
    /// stay right and become slower.
    /// </summary>
    public static void LetIndexesServeUnderPolicies(this MigrationBuilder migration) => migration.Sql(
        """
        do $$ begin
            alter function jsonb_contains(jsonb, jsonb) leakproof;
            alter function ts_match_vq(tsvector, tsquery) leakproof;
        exception when insufficient_privilege then
            raise notice 'Indexes on properties and on text are not used: marking their operators takes a superuser.';
        end $$;
        """);
}
