using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>Few events among many, where a page looks at twenty only.</summary>
public sealed class LookingFarBack(ShortSightedHost host) : IClassFixture<ShortSightedHost>
{
    private static readonly string[] s_cities = ["Oslo", "Rome", "Rome", "Rome", "Rome", "Rome", "Rome"];

    /// <summary>What is found by an index comes whole; the rest page by page.</summary>
    public static TheoryData<string, bool> Questions => new()
    {
        { "filter=metadata.n=\"17\"", true },
        { "filter=metadata.n=\"none\"", true },
        { "filter=metadata.city=\"Oslo\" AND metadata.even=true", true },
        { "filter=(metadata.n=\"3\" OR metadata.n=\"90\")", true },
        { "q=seventeen", true },
        { "q=nobody", true },
        { "q=oslo&source=test", true },
        { "filter=metadata.n:\"17\"", false },
        { "filter=metadata.amount>99", false },
        { "filter=metadata.amount<3", false },
        { "filter=NOT metadata.city=\"Rome\"", false },
        { "filter=(metadata.n=\"3\" OR ip=\"192.0.2.9\")", false },
        { "filter=ip=\"192.0.2.9\"", false },
        { "filter=metadata.amount>49 AND metadata.amount<52", false },
        { "source=elsewhere", false },
        { "filter=changes.name:*", false },
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Every_match_comes_once_and_in_order_in_either_direction(string question, bool hasIndex)
    {
        using var client = host.ClientIn(host.Group);
        foreach (var limit in new[] { 1, 3, 200 })
        {
            foreach (var order in new[] { "sort=-occurredAt", "sort=occurredAt", "afterPosition=0", "beforePosition=1000" })
            {
                var expected = Expected(question, order).ToList();
                var found = await PagesAsync(client, $"/api/events?{Escape(question)}&{order}&limit={limit}");
                Assert.Equal(expected, found.SelectMany(p => p));
                if (hasIndex)
                {
                    Assert.Equal(Math.Max(1, (expected.Count + limit - 1) / limit), found.Count);
                }
                else if (limit < ShortSightedHost.Reach)
                {
                    // A hundred events by twenties, and what follows the last.
                    Assert.InRange(found.Count, (host.Lines.Length / ShortSightedHost.Reach) + 1, int.MaxValue);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_subtree_is_looked_through_group_by_group_and_read_in_one_order(string question, bool hasIndex)
    {
        using var client = host.ClientIn(host.Root);
        foreach (var order in new[] { "sort=-occurredAt", "sort=occurredAt" })
        {
            var pages = await PagesAsync(client, $"/api/events?{Escape(question)}&{order}&limit=3&scope=subtree");
            Assert.Equal(Expected(question, order), pages.SelectMany(p => p));
            Assert.True(hasIndex || pages.Count >= host.Lines.Length / ShortSightedHost.Reach);
        }
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_file_of_the_log_holds_every_match(string question, bool hasIndex)
    {
        using var client = host.ClientIn(host.Group);
        var lines = (await client.GetStringAsync($"/api/events/export?{Escape(question)}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Expected(question, "afterPosition=0"), lines.Select(l => JsonNode.Parse(l)!["id"]!.GetValue<Guid>()));
        Assert.True(hasIndex || lines.Length < host.Lines.Length);
    }

    [Fact]
    public async Task A_stream_that_begins_far_back_passes_what_it_was_not_asked_for_and_tells_how_far_it_is()
    {
        using var client = host.ClientIn(host.Group);
        using var response = await client.GetAsync($"/api/events/stream?afterPosition=0&{Escape("filter=metadata.amount>95")}", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        var ids = new List<long>();
        while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line && !line.StartsWith("data: ", StringComparison.Ordinal))
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                ids.Add(long.Parse(line["id: ".Length..], System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        Assert.Equal([0, 20, 40, 60, 80, 97], ids);
    }

    [Fact]
    public async Task An_estimated_total_is_a_guess_and_an_exact_one_counts_what_the_pages_have_together()
    {
        using var client = host.ClientIn(host.Group);
        Assert.Equal(15, (await client.GetObjectAsync($"/api/events?{Escape("filter=metadata.city:\"Oslo\"")}&count=exact&limit=2"))["total"]!.GetValue<long>());
        Assert.Equal(15, (await client.GetObjectAsync("/api/events?q=oslo&count=exact&limit=2"))["total"]!.GetValue<long>());
        Assert.NotNull((await client.GetObjectAsync("/api/events?q=oslo&afterPosition=3&count=estimated"))["total"]);
    }

    private IEnumerable<Guid> Expected(string question, string order)
    {
        // By number, from the line's own metadata: nothing of the code under test.
        bool Matches(int i) => question switch
        {
            "filter=metadata.n=\"17\"" or "filter=metadata.n:\"17\"" or "q=seventeen" => i == 17,
            "filter=metadata.city=\"Oslo\" AND metadata.even=true" => i % 7 == 0 && i % 2 == 0,
            "filter=(metadata.n=\"3\" OR metadata.n=\"90\")" => i is 3 or 90,
            "q=oslo&source=test" or "filter=NOT metadata.city=\"Rome\"" => i % 7 == 0,
            "filter=metadata.amount<3" => i < 3,
            "filter=(metadata.n=\"3\" OR ip=\"192.0.2.9\")" => i == 3,
            "filter=metadata.amount>49 AND metadata.amount<52" => i is 50 or 51,
            _ => false,
        };
        var ids = host.Lines.Where((_, i) => Matches(i)).Select(l => l.Id);
        return order is "sort=occurredAt" or "afterPosition=0" ? ids : ids.Reverse();
    }

    private static async Task<List<List<Guid>>> PagesAsync(HttpClient client, string path)
    {
        var pages = new List<List<Guid>>();
        string? cursor = null;
        do
        {
            var page = await client.GetObjectAsync(cursor is null ? path : $"{path}&cursor={cursor}");
            pages.Add([.. page.Ids()]);
            cursor = page["hasMore"]!.GetValue<bool>() ? page["cursor"]!.GetValue<string>() : null;
        }
        while (cursor is not null);
        return pages;
    }

    private static string Escape(string question)
        => string.Join('&', question.Split('&').Select(p => p.Split('=', 2)).Select(p => $"{p[0]}={Uri.EscapeDataString(p[1])}"));

    internal static LogLine[] LinesOf(Guid group)
    {
        var start = TimeProvider.System.GetUtcNow().AddHours(-1);
        return [.. Enumerable.Range(0, 100).Select(i => EventsHost.Line(group, at: start.AddSeconds(i)) with
        {
            Metadata = JsonSerializer.SerializeToElement(new
            {
                n = $"{i}", amount = i, even = i % 2 == 0, city = s_cities[i % 7], word = i == 17 ? "seventeen" : "other",
            }),
        })];
    }
}

/// <summary>The service with a log of a hundred events, of which a page looks at twenty.</summary>
public sealed class ShortSightedHost : EventsHost
{
    public const int Reach = 20;

    internal Guid Group { get; } = Guid.NewGuid();

    /// <summary>Its parent, and of another group, which is empty.</summary>
    internal Guid Root { get; } = Guid.NewGuid();

    internal LogLine[] Lines { get; private set; } = [];

    protected override IEnumerable<(string Name, string Value)> Settings => [("Events:Reads:Reach", "20")];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await GroupTreeRows.AddAsync(this, [Root]);
        await GroupTreeRows.AddAsync(this, [Root, Group]);
        await GroupTreeRows.AddAsync(this, [Root, Guid.NewGuid()]);
        Lines = LookingFarBack.LinesOf(Group);
        foreach (var line in Lines.Chunk(10))
        {
            await RecordAsync(line);
        }
    }
}
