using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Ontology.Things;

/// <param name="Group">The one group whose things the page has.</param>
/// <param name="Plan">Without a count.</param>
/// <param name="Where">Tenant and sight.</param>
/// <param name="Own">Parameters of <paramref name="Where"/>, each by its name.</param>
internal sealed record PageAsk(Guid Group, ListPlan Plan, string Where, (string Name, object Value)[] Own);

/// <summary>Reads the pages that requests of a group ask for at the same moment in one round trip, each by its own query.</summary>
internal sealed class ThingPages(NpgsqlDataSource dataSource) : Gathering<PageAsk, Page<ThingResponse>>(dataSource, (Count: 16, Size: 800))
{
    /// <summary>The page as it is after this was called.</summary>
    public Task<Page<ThingResponse>> ReadAsync(PageAsk page, CancellationToken cancellationToken) => AskAsync(page, cancellationToken);

    protected override Guid GroupOf(PageAsk ask) => ask.Group;

    // Rows.
    protected override int SizeOf(PageAsk ask) => ask.Plan.FetchLimit;

    protected override async Task<IReadOnlyList<Page<ThingResponse>>> AnswerAsync(Guid group, IReadOnlyList<PageAsk> asked, CancellationToken cancellationToken)
    {
        await using var batch = BatchIn(group);
        foreach (var ask in asked)
        {
            batch.BatchCommands.Add(ListReader.Page(ask.Plan, ThingRow.Columns, "things t", ask.Where, ask.Own));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var pages = new List<Page<ThingResponse>>(asked.Count);
        foreach (var ask in asked)
        {
            await reader.NextResultAsync(cancellationToken);
            pages.Add(await ask.Plan.ReadPageAsync(reader, ThingRow.Read, cancellationToken));
        }

        return pages;
    }
}
