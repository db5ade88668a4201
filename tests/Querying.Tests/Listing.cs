using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Querying.Tests;

/// <summary>Asks the test list the way an endpoint and a store do together.</summary>
internal static class Listing
{
    public static readonly CursorSigner Signer = new(Options.Create(new QueryingOptions { CursorKey = new string('k', 32) }));
    public static readonly Guid Group = new("11111111-1111-1111-1111-111111111111");

    public static ListQuery Query(params (string Name, string? Value)[] parameters)
        => ListQuery.From(new QueryCollection(QueryHelpers.ParseQuery(QueryString.Create(
            parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value))).Value)));

    public static ListPlan Plan(params (string Name, string? Value)[] parameters)
    {
        var good = TestRow.List.TryPlan(Query(parameters), Group, Signer, out var plan, out var errors);
        Assert.True(good, string.Join("; ", errors));
        return plan!;
    }

    public static IReadOnlyList<QueryError> Errors(params (string Name, string? Value)[] parameters)
    {
        Assert.False(TestRow.List.TryPlan(Query(parameters), Group, Signer, out _, out var errors));
        return errors;
    }

    public static async Task<Page<Guid>> Page(NpgsqlDataSource database, ListPlan plan)
    {
        var page = await Page(database, plan, plan.Where);
        // In parts it is the same list.
        Assert.Equal(page.Results, (await Page(database, plan, $"{plan.Walk} and {plan.Sieve ?? "true"}")).Results);
        return page;
    }

    private static async Task<Page<Guid>> Page(NpgsqlDataSource database, ListPlan plan, string where)
    {
        await using var command = database.CreateCommand(
            $"select t.id, {plan.KeyColumns} from rows t where {where} order by {plan.OrderBy} limit {plan.FetchLimit}");
        plan.AddParametersTo(command);
        await using var reader = await command.ExecuteReaderAsync();
        return await plan.ReadPageAsync(reader, r => r.GetGuid(0), CancellationToken.None);
    }

    public static async Task<Guid[]> All(NpgsqlDataSource database, ListPlan plan)
    {
        await using var command = database.CreateCommand($"select t.id from rows t where {plan.Filter} order by {plan.OrderBy}");
        plan.AddParametersTo(command);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return [.. ids];
    }
}
