namespace OnePlatform.Bench.Retrieval;

internal sealed record CranfieldDocument(string Id, string Title, string Text);

/// <summary>The Cranfield 1400 collection as its files have it.</summary>
internal sealed record Cranfield(
    IReadOnlyList<CranfieldDocument> Documents, IReadOnlyList<string> Queries, IReadOnlyList<IReadOnlySet<string>> Relevant)
{
    // 1 to 4 are degrees of relevance; the file also lists documents somebody looked at and judged of no interest, as 5.
    private const int LeastRelevantGrade = 4;

    /// <summary>Two abstracts, each pair another: as long as a chunk, and no two alike.</summary>
    public string ChunkOf(int row) => $"{Documents[row % Documents.Count].Text}\n{Documents[row / Documents.Count * 17 % Documents.Count].Text}";

    public static Cranfield Read(string folder)
    {
        var documents = Records(Path.Combine(folder, "cran.all.1400"))
            .Select(fields => new CranfieldDocument(fields['I'].Trim(), fields['T'].Trim(), fields['W'].Trim()))
            .ToList();
        var queries = Records(Path.Combine(folder, "cran.qry")).Select(fields => fields['W'].Trim()).ToList();
        var relevant = queries.Select(_ => new HashSet<string>()).ToList();
        foreach (var line in File.ReadLines(Path.Combine(folder, "cranqrel")))
        {
            // The first column counts the queries of the file; it is not the number after .I.
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 4 && int.Parse(columns[3], null) <= LeastRelevantGrade)
            {
                relevant[int.Parse(columns[0], null) - 1].Add(columns[2]);
            }
        }

        return new Cranfield(documents, queries, relevant);
    }

    private static IEnumerable<Dictionary<char, string>> Records(string path)
    {
        Dictionary<char, string>? record = null;
        var field = 'I';
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(".I", StringComparison.Ordinal))
            {
                if (record is not null)
                {
                    yield return record;
                }

                record = new Dictionary<char, string> { ['I'] = line[2..], ['T'] = "", ['W'] = "" };
            }
            else if (line is ['.', var name])
            {
                field = name;
            }
            else if (record is not null)
            {
                record[field] = record.GetValueOrDefault(field, "") + line + "\n";
            }
        }

        if (record is not null)
        {
            yield return record;
        }
    }
}
