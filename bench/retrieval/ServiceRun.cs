using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using OnePlatform.Knowledge.Embedding;

namespace OnePlatform.Bench.Retrieval;

/// <summary>Searches and ingestion through the service's API, several callers at once.</summary>
internal static class ServiceRun
{
    private const int Rows = 100_000;
    private const int Callers = 8;
    private const int Searches = 1600;

    // The service compiles anew what it does often; that is over after some thousand searches.
    private const int WarmUps = 4;
    private const int Documents = 1000;
    private const int DocumentCharacters = 5 * 1024;

    private static readonly string[] s_sections = ["vector", "keyword", "hybrid", "filters", "ingestion"];

    /// <param name="chosen">Sections by name; none for all.</param>
    public static async Task PrintAsync(Cranfield collection, IReadOnlyList<string> chosen)
    {
        bool Has(string section) => chosen.Contains(section) || !chosen.Intersect(s_sections).Any();
        await using var service = await BenchService.StartAsync();
        var rows = await BenchRows.FillAsync(service, collection, Rows);
        Say($"service, empty: {service.Process.Megabytes} MiB");
        var cold = Stopwatch.GetTimestamp();
        await SearchAsync(service, new { query = collection.Queries[0] });
        Say($"first search of {Rows} chunks of {LocalEmbedding.Dimensions}: {Stopwatch.GetElapsedTime(cold).TotalSeconds:F1} s; then {service.Process.Megabytes} MiB");
        for (var round = 0; round < WarmUps; round++)
        {
            await TimeAsync("warming up", service, collection, query => new { query, mode = "hybrid" });
        }

        foreach (var mode in s_sections[..3].Where(Has))
        {
            await TimeAsync(mode, service, collection, query => new { query, mode });
        }

        foreach (var share in BenchRows.Shares.Where(_ => Has("filters")))
        {
            await TimeAsync($"vector, label {share / 10.0} %", service, collection, query => new { query, mode = "vector", labels = new[] { $"share:{share}" } });
            var filter = $"metadata.share < {share}";
            var first = Stopwatch.GetTimestamp();
            await SearchAsync(service, new { query = collection.Queries[0], mode = "vector", filter });
            var took = Stopwatch.GetElapsedTime(first).TotalMilliseconds;
            await TimeAsync($"vector, filter {share / 10.0} %", service, collection, query => new { query, mode = "vector", filter });
            Say($"  a filter nobody used since the last change: {took:F0} ms; recall@10 against brute force {await RecallAsync(service, rows, collection, share):F3}");
        }

        if (Has("ingestion"))
        {
            await IngestAsync("warming up", service, collection);
            await IngestAsync("ingestion", service, collection);
        }

        Say($"service, at the end: {service.Process.Megabytes} MiB");
    }

    private static async Task TimeAsync(string name, BenchService service, Cranfield collection, Func<string, object> request)
    {
        var (times, next) = (new double[Searches], -1);
        var (start, processor) = (Stopwatch.GetTimestamp(), service.Process.Processor);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < Searches;)
            {
                var began = Stopwatch.GetTimestamp();
                await SearchAsync(service, request(collection.Queries[i % collection.Queries.Count]));
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }));
        var rate = Searches / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(times);
        Say($"{name,-22} {Callers} at once: p50 {times[Searches / 2]:F1} ms, p95 {times[Searches * 95 / 100]:F1} ms, {rate:F0}/s, {(service.Process.Processor - processor).TotalMilliseconds / Searches:F2} ms of the service's processor each");
    }

    private static async Task<double> RecallAsync(BenchService service, BenchRows rows, Cranfield collection, int share)
    {
        var recall = 0.0;
        const int Asked = 50;
        foreach (var query in collection.Queries.Take(Asked))
        {
            var vector = LocalEmbedding.Embed(query);
            var nearest = Enumerable.Range(0, rows.Ids.Length).Where(row => BenchRows.IsIn(row, share))
                .Select(row => (row, Score: TensorPrimitives.Dot<float>(vector, rows.Vectors[row]))).OrderByDescending(r => r.Score).Take(10).ToList();
            var answer = await SearchAsync(service, new { query, mode = "vector", filter = $"metadata.share < {share}", limit = 10 });
            var scores = JsonNode.Parse(answer)!["results"]!.AsArray().Select(r => (double)r!["score"]!).ToList();

            // By score: rows as near as the tenth are as good as the tenth.
            recall += scores.Count(s => s >= nearest[^1].Score - 2e-6) / (double)nearest.Count;
        }

        return recall / Asked;
    }

    private static async Task IngestAsync(string name, BenchService service, Cranfield collection)
    {
        var text = string.Join("\n\n", collection.Documents.Select(d => d.Text));
        var jobs = new string[Documents];
        var (start, processor) = (Stopwatch.GetTimestamp(), service.Process.Processor);
        await Parallel.ForEachAsync(Enumerable.Range(0, Documents), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, stop) =>
        {
            var from = i * 1009 % (text.Length - DocumentCharacters);
            using var answer = await service.Client.PostAsJsonAsync(
                "/api/knowledge/documents", new { title = $"Document {i}", text = text.Substring(from, DocumentCharacters) }, stop);
            answer.EnsureSuccessStatusCode();
            jobs[i] = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(stop))!["jobId"]!;
        });
        var accepted = Stopwatch.GetElapsedTime(start);
        foreach (var job in jobs)
        {
            while ((string?)(await service.Client.GetFromJsonAsync<JsonObject>($"/api/knowledge/jobs/{job}"))!["state"] != "completed")
            {
                await Task.Delay(20);
            }
        }

        Say($"{name}: {Documents} documents of 5 KiB: accepted in {accepted.TotalSeconds:F1} s, searchable at {Documents / Stopwatch.GetElapsedTime(start).TotalSeconds:F0}/s, {(service.Process.Processor - processor).TotalMilliseconds / Documents:F2} ms of the service's processor each");
    }

    // Read to its end and not further: what a caller does with an answer is not the service's time, and would take of its cores.
    private static async Task<byte[]> SearchAsync(BenchService service, object request)
    {
        using var answer = await service.Client.PostAsJsonAsync("/api/knowledge/search", request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
