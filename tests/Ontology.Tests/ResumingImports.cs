using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

public sealed class ResumingImports(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const int Lines = 4_500;
    private const int LinesBeforeTheEnd = 2_700;

    [Fact]
    public async Task An_import_that_broke_off_goes_on_where_it_was_and_doubles_nothing()
    {
        var tenant = await host.TenantAsync();
        await using var service = host.InstanceWith();
        // A client that follows redirects keeps what it sends, to send it again, and sends nothing before all of it is there.
        using var client = service.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = false });
        client.DefaultRequestHeaders.Authorization = new("Bearer", host.Tokens.ForPerson(tenant.Person, tenant.Group));
        using (var broken = new CancellationTokenSource())
        {
            var half = new HalfSentLines();
            var sending = client.PostAsync("/api/things/import", half, broken.Token);
            // The parts that are whole are stored while the rest is still to come.
            await Eventually.TrueAsync(async () => await CountAsync(tenant) >= 2_000);
            await broken.CancelAsync();
            half.End();
            await Assert.ThrowsAnyAsync<Exception>(() => sending);
        }

        var kept = await CountAsync(tenant);
        Assert.InRange(kept, 2_000, LinesBeforeTheEnd);
        var again = await ImportAsync(tenant);
        var last = again[^1];
        Assert.Equal("done", (string?)last["state"]);
        Assert.Equal(Lines, (int)last["created"]! + (int)last["skipped"]!);
        Assert.Equal(Lines, await CountAsync(tenant));
        Assert.Equal(Lines, await host.Database.ScalarAsync<long>("select count(distinct external_id) from things where group_id = $1", tenant.Group));

        // Each thing once in the events too: a part and what is told of it are one transaction.
        Assert.Equal(Lines, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox o, jsonb_array_elements(o.body::jsonb -> 'log') l where l ->> 'type' = 'entity_created' and l ->> 'groupId' = $1",
            tenant.Group.ToString()));
    }

    [Fact]
    public async Task Two_imports_of_the_same_lines_at_once_double_nothing()
    {
        var tenant = await host.TenantAsync();
        var both = await Task.WhenAll(ImportAsync(tenant), ImportAsync(tenant));
        Assert.All(both, progress => Assert.Equal("done", (string?)progress[^1]["state"]));
        Assert.Equal(Lines, both.Sum(progress => (int)progress[^1]["created"]!));
        Assert.Equal(Lines, await CountAsync(tenant));
    }

    [Fact]
    public async Task Of_very_many_wrong_lines_the_first_are_told_and_all_are_counted()
    {
        var tenant = await host.TenantAsync();
        var progress = await ImportAsync(tenant, i => i == Lines - 1 ? Line(i) : "not json");
        Assert.Equal((Lines - 1, 1), ((int)progress[^1]["failed"]!, (int)progress[^1]["created"]!));
        Assert.Equal(1_000, progress.Sum(p => p["errors"]?.AsArray().Count ?? 0));
    }

    private async Task<long> CountAsync(Tenant tenant)
        => await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group);

    private static async Task<List<JsonObject>> ImportAsync(Tenant tenant, Func<int, string>? line = null)
    {
        var lines = string.Join('\n', Enumerable.Range(0, Lines).Select(line ?? Line));
        using var answer = await tenant.Client.PostAsync("/api/things/import", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
    }

    private static string Line(int number) => $$"""{"type":"note","name":"n{{number}}","externalId":"x{{number}}"}""";

    /// <summary>Sends some of the lines and then neither more nor an end.</summary>
    private sealed class HalfSentLines : HttpContent
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HalfSentLines() => Headers.ContentType = new("application/x-ndjson");

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, LinesBeforeTheEnd).Select(i => Line(i) + "\n"))));
            await stream.FlushAsync();
            await _ended.Task;
            throw new IOException("The sender is gone.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
