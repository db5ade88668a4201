using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// A build of the version before works on the schema of the next: migrations add what may be absent. A service's first migration makes
/// its tables, so it may do anything; whoever has to take something away does it a version later and lists it here with the reason.
/// </summary>
public sealed partial class AddingToTheSchema
{
    private static readonly string[] s_meantToTakeAway = [];

    [Theory]
    [InlineData("Identity")]
    [InlineData("Ontology")]
    [InlineData("Events")]
    [InlineData("Knowledge")]
    public void No_migration_takes_away_what_the_version_before_uses(string service)
    {
        var faults =
            from migration in MigrationsOf(service).Skip(1)
            let made = migration.Operations.OfType<CreateTableOperation>().Select(t => t.Name)
                .Concat(migration.Operations.OfType<AddColumnOperation>().Select(c => $"{c.Table}.{c.Name}")).ToHashSet()
            from operation in migration.Operations
            let fault = FaultOf(operation, made)
            where fault is not null
            select $"{migration.Id}: {fault}";

        Assert.Equal(s_meantToTakeAway.Where(f => f.StartsWith(service, StringComparison.Ordinal)), faults);
    }

    [Theory]
    [InlineData("drop table things", "takes away in SQL: drop table things")]
    [InlineData("alter table things rename column a to b", "takes away in SQL: alter table things rename column a to b")]
    [InlineData("alter table things alter column a set not null", "takes away in SQL: alter table things alter column a set not null")]
    [InlineData("alter table things drop column a", "takes away in SQL: alter table things drop column a")]
    [InlineData("drop policy if exists own on things; create policy own on things using (true)", null)]
    public void What_takes_away_in_SQL_is_recognised(string sql, string? fault)
        => Assert.Equal(fault, FaultOf(new SqlOperation { Sql = sql }, []));

    [Fact]
    public void What_takes_away_by_an_operation_is_recognised()
    {
        Assert.NotNull(FaultOf(new DropTableOperation { Name = "things" }, []));
        Assert.NotNull(FaultOf(new DropColumnOperation { Table = "things", Name = "a" }, []));
        Assert.NotNull(FaultOf(new RenameColumnOperation { Table = "things", Name = "a", NewName = "b" }, []));
        Assert.NotNull(FaultOf(new AddColumnOperation { Table = "things", Name = "a", IsNullable = false }, []));
        Assert.NotNull(FaultOf(new CreateIndexOperation { Table = "things", Name = "a", IsUnique = true, Columns = ["a"] }, []));
        Assert.Null(FaultOf(new CreateIndexOperation { Table = "things", Name = "a", IsUnique = true, Columns = ["a"] }, ["things"]));
        Assert.Null(FaultOf(new CreateIndexOperation { Table = "things", Name = "a", IsUnique = true, Columns = ["a"] }, ["things.a"]));
        Assert.Null(FaultOf(new AddColumnOperation { Table = "things", Name = "a", IsNullable = false, DefaultValue = 0 }, []));
        Assert.Null(FaultOf(new AddColumnOperation { Table = "things", Name = "a", IsNullable = true }, []));
    }

    private static string? FaultOf(MigrationOperation operation, HashSet<string> made) => operation switch
    {
        DropTableOperation drop => $"drops the table {drop.Name}",
        DropColumnOperation drop => $"drops {drop.Table}.{drop.Name}",
        RenameTableOperation rename => $"renames the table {rename.Name}",
        RenameColumnOperation rename => $"renames {rename.Table}.{rename.Name}",
        AlterColumnOperation { IsNullable: false, OldColumn.IsNullable: true } alter => $"demands a value of {alter.Table}.{alter.Name}",
        AlterColumnOperation alter when alter.ColumnType != alter.OldColumn.ColumnType => $"changes the type of {alter.Table}.{alter.Name}",
        AddColumnOperation { IsNullable: false, DefaultValue: null, DefaultValueSql: null, ComputedColumnSql: null } add => $"adds {add.Table}.{add.Name}, which the version before does not fill",
        CreateIndexOperation { IsUnique: true } index when !made.Contains(index.Table) && !index.Columns.Any(column => made.Contains($"{index.Table}.{column}")) => $"makes {index.Table} unique by {index.Name}, which the version before does not know",
        SqlOperation sql when s_takingAway.Any(words => FunctionBody().Replace(sql.Sql, "").Contains(words, StringComparison.OrdinalIgnoreCase)) => $"takes away in SQL: {sql.Sql}",
        _ => null,
    };

    private static readonly string[] s_takingAway = ["drop table", "drop column", "rename ", "set not null", "alter type", "set data type"];

    private static IEnumerable<(string Id, IReadOnlyList<MigrationOperation> Operations)> MigrationsOf(string service) => Assembly.Load($"OnePlatform.{service}").GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Migration)))
        .Select(type => (Id: $"{service} {type.GetCustomAttribute<MigrationAttribute>()!.Id}", Type: type))
        .OrderBy(m => m.Id, StringComparer.Ordinal)
        .Select(m => (m.Id, Of(m.Type)));

    private static IReadOnlyList<MigrationOperation> Of(Type type)
    {
        var migration = (Migration)Activator.CreateInstance(type)!;
        migration.ActiveProvider = "Npgsql.EntityFrameworkCore.PostgreSQL";
        return migration.UpOperations;
    }

    // What a function does when somebody calls it is no matter of the schema.
    [GeneratedRegex(@"\$(\w*)\$.*?\$\1\$", RegexOptions.Singleline)]
    private static partial Regex FunctionBody();
}
