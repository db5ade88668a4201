using System.Text.RegularExpressions;
using Npgsql;
using OnePlatform.AppHost;

namespace OnePlatform.Platform.Tests;

/// <summary>What a runbook has somebody type into a database at night is understood by that database.</summary>
[Collection(RunningPlatform.Name)]
public sealed partial class FollowingTheRunbooks(PlatformFixture platform)
{
    private static readonly string[] s_databases = [ResourceNames.IdentityDb, ResourceNames.OntologyDb, ResourceNames.EventsDb, ResourceNames.KnowledgeDb];

    public static TheoryData<string> Statements
        => [.. Statement().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations", "runbooks.md"))).Select(m => m.Groups[1].Value)];

    [Fact]
    public void The_runbooks_have_statements() => Assert.True(Statements.Count >= 5, "The runbooks' statements are no longer recognised.");

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_statement_runs_in_the_databases_it_is_for(string statement)
    {
        var failures = new List<string>();
        foreach (var database in s_databases)
        {
            if (await FailureAsync(database, statement) is { } failure)
            {
                failures.Add($"{database}: {failure}");
            }
        }

        // Every service has an outbox; the other tables are one service's own.
        var allowed = statement.Contains("outbox", StringComparison.Ordinal) ? 0 : s_databases.Length - 1;
        Assert.True(failures.Count <= allowed, string.Join('\n', failures));
    }

    private async Task<string?> FailureAsync(string database, string statement)
    {
        await using var connection = new NpgsqlConnection($"{platform.Platform.ConnectionString(database)};Pooling=false");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(statement.Replace("<pid>", "0", StringComparison.Ordinal), connection, transaction);
        try
        {
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException exception)
        {
            return exception.MessageText;
        }
    }

    [GeneratedRegex("`((?:select|update|set) [^`]+)`")]
    private static partial Regex Statement();
}
