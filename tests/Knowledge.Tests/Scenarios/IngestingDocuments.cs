using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class IngestingDocuments(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task A_job_tells_how_far_it_is_and_every_chunk_stands_where_it_says()
    {
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());
        var tenant = host.NewTenant();
        var text = Sections(0, 120);
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "Long", text }, 202);
        Assert.Equal("queued", (string?)accepted["state"]);

        var job = await tenant.Client.FinishedAsync(accepted);

        Assert.Equal("completed", (string?)job["state"]);
        var chunks = await ChunksAsync(tenant, accepted.Id("documentId"));
        Assert.True(chunks.Count > 5);
        Assert.Equal(chunks.Count, (int)job["progress"]!["chunks"]!);
        Assert.Equal(chunks.Count, (int)job["progress"]!["added"]!);
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(c => (int)c["chunkIndex"]!));
        Assert.All(chunks, c => Assert.Equal(text[(int)c["start"]!..(int)c["end"]!], (string?)c["text"]));
        // The job is told of as finished a moment before it is counted; another test's may be counted too.
        await Eventually.TrueAsync(() => Task.FromResult(measured["knowledge.indexed document"] >= chunks.Count && measured["knowledge.ingestion.jobs completed"] >= 1));
        Assert.True(measured["knowledge.ingestion.duration"] > 0);
    }

    [Fact]
    public async Task A_changed_document_costs_only_the_chunks_that_changed()
    {
        var tenant = host.NewTenant();
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "Long", text = Sections(0, 100), labels = new[] { "v:1" } }, 202);
        var first = (int)(await tenant.Client.FinishedAsync(accepted))["progress"]!["chunks"]!;
        var id = accepted.Id("documentId");
        var before = await ChunksAsync(tenant, id);

        using var put = await tenant.Client.PutAsJsonAsync(
            $"/api/knowledge/documents/{id}", new { title = "Longer", text = Sections(0, 100) + "\n\n# The end\n\nAn epilogue about marquetry and its veneers.", labels = new[] { "v:2" } });
        var job = await tenant.Client.FinishedAsync(await put.ReadAsync(202));

        var after = await ChunksAsync(tenant, id);
        Assert.Equal(after.Count, (int)job["progress"]!["chunks"]!);
        Assert.True((int)job["progress"]!["kept"]! >= first - 1);
        Assert.True((int)job["progress"]!["added"]! <= 2);
        Assert.True(before.Select(c => c.Id()).Intersect(after.Select(c => c.Id())).Count() >= first - 1);
        Assert.All(after, c => Assert.Equal("Longer", (string?)c["title"]));
        var found = (await tenant.SearchAsync(new { query = "marquetry veneers", labels = new[] { "v:2" } })).Results();
        Assert.Equal(id, found[0].Id("documentId"));
        Assert.Empty((await tenant.SearchAsync(new { query = "marquetry veneers", labels = new[] { "v:1" } })).Results());
        Assert.Equal(2, (int)(await tenant.Client.GetAsync($"/api/knowledge/{id}", 200))["version"]!);
        Assert.Equal(1, await host.EventsAsync(tenant.Group, "knowledge_updated"));
    }

    [Fact]
    public async Task A_job_whose_instance_died_halfway_is_finished_by_another_without_doubling()
    {
        var tenant = host.NewTenant();
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "Long", text = Sections(0, 100) }, 202);
        var whole = (int)(await tenant.Client.FinishedAsync(accepted))["progress"]!["chunks"]!;
        var id = accepted.Id("documentId");

        // As a process leaves it that was killed after some batches: rows there, the claim held and running out.
        await host.Database.ScalarAsync<object>(
            "with gone as (delete from knowledge where document_id = $1 and chunk_index > 2 returning id) delete from index_entries e using gone where e.knowledge_id = gone.id", id);
        await host.Database.ScalarAsync<object>(
            "update ingestion_jobs set state = 'running', claimed_until = now() + interval '1 second', updated_at = now() - interval '1 minute' where document_id = $1", id);

        var job = await tenant.Client.FinishedAsync(accepted);

        Assert.Equal(3, (int)job["progress"]!["kept"]!);
        Assert.Equal(whole - 3, (int)job["progress"]!["added"]!);
        Assert.Equal(2, (int)job["attempts"]!);
        Assert.Equal(whole, (await ChunksAsync(tenant, id)).Count);
        Assert.Equal(whole, await host.Database.ScalarAsync<long>("select count(*) from index_entries where document_id = $1 and not removed", id));
    }

    [Fact]
    public async Task Replacing_at_once_leaves_the_chunks_of_one_of_the_texts_and_no_other()
    {
        var tenant = host.NewTenant();
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "Race", text = Sections(0, 40) }, 202);
        var id = accepted.Id("documentId");
        var jobs = await Task.WhenAll(Enumerable.Range(1, 6).Select(async n =>
        {
            using var put = await tenant.Client.PutAsJsonAsync($"/api/knowledge/documents/{id}", new { title = "Race", text = Sections(n * 1000, 40) });
            return await put.ReadAsync(202);
        }));
        foreach (var job in jobs.Append(accepted))
        {
            await tenant.Client.FinishedAsync(job);
        }

        var document = await tenant.Client.GetAsync($"/api/knowledge/{id}", 200);
        Assert.Equal(7, (int)document["version"]!);
        var text = (string)document["text"]!;
        var chunks = await ChunksAsync(tenant, id);
        Assert.All(chunks, c => Assert.Equal(text[(int)c["start"]!..(int)c["end"]!], (string?)c["text"]));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(c => (int)c["chunkIndex"]!));
    }

    [Fact]
    public async Task Files_are_read_by_what_they_are()
    {
        var tenant = host.NewTenant();
        foreach (var (name, content, mediaType, expected) in new[]
        {
            ("terms.html", "<html><head><title>Terms</title></head><body><h1>Terms</h1><p>The workbench is booked by the hour.</p><script>evil()</script></body></html>"u8.ToArray(), "text/html", "workbench booked"),
            ("notes.md", "# Notes\n\nGlue sets in twenty minutes."u8.ToArray(), "text/markdown", "glue minutes"),
            ("plain.txt", "Sharpen the plane iron on a stone."u8.ToArray(), "text/plain", "plane stone"),
        })
        {
            var accepted = await UploadAsync(tenant.Client, content, name, mediaType, 202);
            Assert.Equal("completed", (string?)(await tenant.Client.FinishedAsync(accepted))["state"]);
            Assert.Equal(accepted.Id("documentId"), (await tenant.SearchAsync(new { query = expected })).Results()[0].Id("documentId"));
        }

        Assert.Empty((await tenant.SearchAsync(new { query = "evil", mode = "keyword" })).Results());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_by_name()
    {
        var tenant = host.NewTenant();
        await Refused("%PDF-1.7 this is not really one"u8.ToArray(), "a.pdf", "application/pdf", 400, "document_unreadable");
        await Refused("PK\u0003\u0004 neither"u8.ToArray(), "a.docx", "application/octet-stream", 400, "document_unreadable");
        await Refused([0, 1, 2, 0, 5], "a.bin", "application/octet-stream", 415, "document_format_unsupported");
        await Refused([], "a.txt", "text/plain", 400, "document_empty");
        await Refused(new byte[(25 * 1024 * 1024) + 1], "a.txt", "text/plain", 413, "document_too_large");

        async Task Refused(byte[] content, string name, string mediaType, int status, string code)
            => Assert.Equal(code, (string?)(await UploadAsync(tenant.Client, content, name, mediaType, status))["code"]);
    }

    [Fact]
    public async Task What_is_not_there_or_anothers_is_not_replaced()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var id = await one.DocumentAsync("Mine", "The text of one tenant.");
        foreach (var (client, target, status) in new[] { (other.Client, id, 404), (one.Client, Guid.NewGuid(), 404), (host.As(Guid.NewGuid(), one.Group, Role.GroupUser), id, 403) })
        {
            using var put = await client.PutAsJsonAsync($"/api/knowledge/documents/{target}", new { title = "Yours", text = "Another text." });
            await put.ReadAsync(status);
        }

        Assert.Equal("Mine", (string?)(await one.Client.GetAsync($"/api/knowledge/{id}", 200))["title"]);
    }

    private static string Sections(int from, int count) => string.Join("\n\n", Enumerable.Range(from, count).Select(
        n => $"## Section {n}\n\n" + string.Join(' ', Enumerable.Range(0, 60).Select(w => $"word{n}x{w}")) + "."));

    private static async Task<List<JsonObject>> ChunksAsync(Tenant tenant, Guid document)
        => (await tenant.Client.GetAsync($"/api/knowledge?documentId={document}&limit=200&sort=chunkIndex", 200)).Results();

    private static async Task<JsonObject> UploadAsync(HttpClient client, byte[] content, string name, string mediaType, int status)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        form.Add(file, "file", name);
        form.Add(new StringContent("topic:files,kind:upload"), "labels");
        form.Add(new StringContent("""{"origin":"upload"}"""), "metadata");
        using var answer = await client.PostAsync("/api/knowledge/documents", form);
        return await answer.ReadAsync(status);
    }
}
