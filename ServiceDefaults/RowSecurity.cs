using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;

namespace OnePlatform.ServiceDefaults;

/// <summary>Row-level security for migrations: every table gets one of these policies in the migration that creates it.</summary>
public static class RowSecurity
{
    internal const string Functions =
        """
        create or replace function app_groups() returns uuid[] language sql stable parallel safe
            as $$ select coalesce(nullif(current_setting('app.groups', true), ''), '{}')::uuid[] $$;
        create or replace function app_is_system() returns boolean language sql stable parallel safe
            as $$ select coalesce(current_setting('app.system', true), '') = 'on' $$;
        """;

    // Scalar sub-selects, so that each function runs once per statement and not once per row.
    private const string IsSystem = "(select app_is_system())";

    /// <summary>Rows belong to the group in <paramref name="groupColumn"/>; only a unit of work acting in it sees or writes them.</summary>
    public static OperationBuilder<SqlOperation> ProtectByGroup(this MigrationBuilder migration, string table, string groupColumn = "group_id")
        => Protect(migration, table,
            $"""
             create policy tenant on "{table}"
                 using ({IsSystem} or "{groupColumn}" = any ((select app_groups())::uuid[]))
                 with check ({IsSystem} or "{groupColumn}" = any ((select app_groups())::uuid[]));
             """);

    /// <summary>Rows that requests may add but only the platform's own work may read: outbox and inbox.</summary>
    public static OperationBuilder<SqlOperation> ProtectAsQueue(this MigrationBuilder migration, string table)
        => Protect(migration, table,
            $"""
             create policy system_reads on "{table}" using ({IsSystem}) with check (true);
             """);

    /// <summary>Rows that only the platform's own work touches.</summary>
    public static OperationBuilder<SqlOperation> ProtectAsSystem(this MigrationBuilder migration, string table)
        => Protect(migration, table, $"""create policy system_only on "{table}" using ({IsSystem}) with check ({IsSystem});""");

    /// <summary>A policy of the caller's own making, where a row's visibility is not one column's matter.</summary>
    /// <param name="condition">An SQL condition over the row; <c>app_groups()</c> and <c>app_is_system()</c> are at hand.</param>
    public static OperationBuilder<SqlOperation> ProtectBy(this MigrationBuilder migration, string table, string condition)
        => Protect(migration, table, $"""create policy tenant on "{table}" using ({condition}) with check ({condition});""");

    // FORCE: the owner of the table, who migrates it, is held to the policies as well.
    private static OperationBuilder<SqlOperation> Protect(MigrationBuilder migration, string table, string policy) => migration.Sql(
        $"""
         alter table "{table}" enable row level security;
         alter table "{table}" force row level security;
         {policy}
         """);
}
