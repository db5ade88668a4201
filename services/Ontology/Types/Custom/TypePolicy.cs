using Microsoft.EntityFrameworkCore.Migrations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

internal static class TypePolicy
{
    /// <summary>How <c>hold_type</c> says that the type is not what the writer took it for.</summary>
    public const string HasChanged = "OP001";

    /// <summary>A group writes its own types and reads those of the groups above it too.</summary>
    public static void LetTypesBeInherited(this MigrationBuilder migration)
    {
        migration.ProtectByGroup("custom_types");
        migration.Sql(
            $"""
             create policy inherited on custom_types for select using (exists (
                 select from groups g where g.id = any ((select app_groups())::uuid[]) and custom_types.group_id = any (g.path)));

             create function hold_type(wanted uuid, expected bigint) returns void language plpgsql volatile as $$
             begin
                 perform pg_advisory_xact_lock_shared(hashtextextended('types/' || wanted::text, 0));
                 if not exists (select from custom_types where id = wanted and version = expected) then
                     raise exception 'the type has changed' using errcode = '{HasChanged}';
                 end if;
             end $$;
             """);
    }
}
