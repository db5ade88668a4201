using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Bench.Retrieval;

/// <summary>What the pure parts cost, without database and network: the ceiling for the service around them.</summary>
internal static class SpeedRun
{
    private const int Rows = 100_000;
    private const int DocumentCharacters = 5 * 1024;

    public static void Print(Cranfield collection)
    {
        var text = string.Join("\n\n", collection.Documents.Select(document => document.Text));
        var documents = Enumerable.Range(0, text.Length / DocumentCharacters)
            .Select(i => Encoding.UTF8.GetBytes(text.Substring(i * DocumentCharacters, DocumentCharacters)))
            .ToList();

        // Processor time, so that what else runs on the machine does not count; the last pass is past the just-in-time compiler.
        var passes = Enumerable.Range(0, 6).Select(_ => Ingest(documents)).ToList();
        Say($"read, cut, analyse, embed: {documents.Count / passes[^1].TotalSeconds:F0} documents of 5 KiB per second of one core");
        Search(collection);
    }

    private static TimeSpan Ingest(List<byte[]> documents)
    {
        var readers = new DocumentReaders(new ReadingLimits());
        var chunker = new Chunker(new ChunkingOptions());
        var before = Environment.CpuUsage.TotalTime;
        foreach (var content in documents)
        {
            var document = readers.Read(content, SourceFormat.Markdown, CancellationToken.None).Document!;
            foreach (var chunk in chunker.Cut(document))
            {
                var terms = TextAnalyzer.Terms(chunk.TextOf(document.Text));
                TermCount.Of(CollectionsMarshal.AsSpan(terms));
                LocalEmbedding.Embed(CollectionsMarshal.AsSpan(terms));
            }
        }

        return Environment.CpuUsage.TotalTime - before;
    }

    private static void Search(Cranfield collection)
    {
        var vectors = new VectorIndex(LocalEmbedding.Dimensions);
        var keywords = new KeywordIndex();
        for (var row = 0; row < Rows; row++)
        {
            var terms = TextAnalyzer.Terms(collection.ChunkOf(row));
            keywords.Add(row, TermCount.Of(CollectionsMarshal.AsSpan(terms)));
            vectors.Add(row, LocalEmbedding.Embed(CollectionsMarshal.AsSpan(terms)));
        }

        var tenth = new RowSet();
        foreach (var row in Enumerable.Range(0, Rows / 10))
        {
            tenth.Add(row * 10);
        }

        Say($"{Rows} rows: vectors {vectors.Bytes >> 20} MiB, words {keywords.Bytes >> 20} MiB");
        Time("vector, all rows", collection, query => vectors.Best(new QueryVector(LocalEmbedding.Embed(query)), 10, null));
        Time("vector, one row in ten", collection, query => vectors.Best(new QueryVector(LocalEmbedding.Embed(query)), 10, tenth));
        foreach (var together in new[] { 1, 2, 3, 4, 8 })
        {
            TimeTogether(vectors, collection, together, 1);
            TimeTogether(vectors, collection, together, 2);
        }

        Time("keyword, all rows", collection, query => new KeywordSearch(query, [keywords]).Best(0, 10, null));
    }

    /// <summary>What one search costs a thread where several share a scan.</summary>
    private static void TimeTogether(VectorIndex vectors, Cranfield collection, int together, int threads)
    {
        var each = Enumerable.Range(0, threads).AsParallel().WithDegreeOfParallelism(threads).Select(_ =>
        {
            var times = new List<double>();
            foreach (var queries in collection.Queries.Chunk(together).Where(chunk => chunk.Length == together))
            {
                var searches = queries.Select(query => new VectorSearch(new QueryVector(LocalEmbedding.Embed(query)), 10, null)).ToArray();
                var clock = Stopwatch.GetTimestamp();
                vectors.Best(searches);
                times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds / together);
            }

            return times.Order().ElementAt(times.Count / 2);
        }).Max();
        Say($"vector, {together} in one scan, {threads} threads: median {each:F2} ms of a thread for each search");
    }

    private static void Time(string name, Cranfield collection, Func<string, ScoredRow[]> search)
    {
        var times = new List<double>();
        foreach (var query in collection.Queries.Concat(collection.Queries))
        {
            var clock = Stopwatch.GetTimestamp();
            search(query);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        var measured = times.Skip(collection.Queries.Count).Order().ToList();
        Say($"{name}: median {measured[measured.Count / 2]:F2} ms, p95 {measured[measured.Count * 95 / 100]:F2} ms, one thread");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
