using CsCheck;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Tests.Reading;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Chunking;

public sealed class CuttingDocuments
{
    private static readonly Gen<string> s_sentence =
        Gen.Select(Gen.OneOf("wing", "pressure", "Boundary", "naïve", "😀", "layer", "of", "東京", "x1").Array[1, 30], Gen.OneOf(".", "!", "", " ."))
            .Select((words, end) => string.Join(' ', words) + end + " ");

    private static readonly Gen<string> s_part = Gen.OneOf(
        s_sentence.Array[1, 8].Select(sentences => string.Concat(sentences)),
        Gen.Int[1, 3].Select(level => new string('#', level) + " Section of it"),
        Gen.Int[1, 60].Select(lines => "```\n" + string.Concat(Enumerable.Repeat("let x = f(y);\n", lines)) + "```"),
        Gen.Int[1, 40].Select(rows => "| a | b |\n|---|---|\n" + string.Concat(Enumerable.Repeat("| 1 | two words |\n", rows))),
        Gen.Int[100, 900].Select(length => new string('ä', length)));

    private static readonly Gen<string> s_markdown = s_part.Array[0, 25].Select(parts => string.Join("\n\n", parts));

    private static readonly ChunkingOptions s_small = new() { Tokens = 120, Overlap = 30 };

    [Fact]
    public void Every_chunk_is_a_slice_of_the_text_within_the_token_limit() =>
        s_markdown.Sample(source =>
        {
            var document = Read(source);
            foreach (var chunk in new Chunker(s_small).Cut(document))
            {
                var text = document.Text.Substring(chunk.Start, chunk.End - chunk.Start);
                Assert.Equal(text, chunk.TextOf(document.Text));
                Assert.Equal(Chunk.HashOf(text), chunk.Hash);
                Assert.Equal(TokenCounter.Count(text), chunk.TokenCount);
                Assert.InRange(chunk.TokenCount, 1, s_small.Tokens);
                Assert.False(char.IsLowSurrogate(text[0]) || char.IsHighSurrogate(text[^1]));
            }
        });

    [Fact]
    public void All_text_is_in_a_chunk_and_no_chunk_inside_another() =>
        Gen.Select(s_markdown, Gen.Int[0, 150]).Sample((source, overlap) =>
        {
            var document = Read(source);
            var chunks = new Chunker(new ChunkingOptions { Tokens = 120, Overlap = overlap }).Cut(document);
            for (var i = 0; i < chunks.Count; i++)
            {
                Assert.Equal(i, chunks[i].Index);
                var before = i == 0 ? 0 : chunks[i - 1].End;
                Assert.True(i == 0 || (chunks[i].Start > chunks[i - 1].Start && chunks[i].End > before));
                Assert.Equal(i == 0 ? 0 : Math.Max(0, before - chunks[i].Start), chunks[i].Overlap);
                Assert.True(chunks[i].Start <= before || Uncovered(document, before, chunks[i].Start) == "");
            }

            Assert.Equal("", Uncovered(document, chunks.Count == 0 ? 0 : chunks[^1].End, document.Text.Length));
        });

    [Fact]
    public void A_long_text_is_cut_at_sentences_and_neighbours_overlap()
    {
        var text = string.Concat(Enumerable.Range(0, 400).Select(i => $"Sentence number {i} tells of a wing in a slipstream. "));
        var chunks = new Chunker(new ChunkingOptions()).Cut(Upload.Read(SourceFormat.Text, text));

        Assert.All(chunks, chunk => Assert.EndsWith(".", chunk.TextOf(text), StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.StartsWith("Sentence", chunk.TextOf(text), StringComparison.Ordinal));
        Assert.All(chunks.SkipLast(1), chunk => Assert.InRange(chunk.TokenCount, 700, 800));
        Assert.All(chunks.Skip(1), chunk => Assert.InRange(TokenCounter.Count(text.AsSpan(chunk.Start, chunk.Overlap)), 150, 200));
    }

    [Fact]
    public void A_heading_begins_a_chunk_and_names_its_section()
    {
        var section = string.Concat(Enumerable.Repeat("A wing in a slipstream has more lift than a wing alone. ", 25));
        var document = Read($"# Wings\n\n{section}\n\n## Lift\n\n{section}\n\n# Bodies\n\n{section}");
        var chunks = new Chunker(new ChunkingOptions()).Cut(document);

        Assert.Equal(["Wings", "Wings › Lift", "Bodies"], chunks.Select(chunk => chunk.Section));
        Assert.Equal(["# Wings", "## Lift", "# Bodies"], chunks.Select(chunk => chunk.TextOf(document.Text).Split('\n')[0]));
        Assert.All(chunks, chunk => Assert.Equal(0, chunk.Overlap));
    }

    [Fact]
    public void Code_and_tables_that_fit_stay_whole()
    {
        var filler = string.Concat(Enumerable.Repeat("Some words go before it here. ", 12));
        var code = "```\n" + string.Concat(Enumerable.Repeat("a. B. c = d;\n", 10)) + "```";
        var document = Read($"{filler}\n\n{code}\n\n{filler}");

        Assert.Contains(new Chunker(s_small).Cut(document), chunk => chunk.TextOf(document.Text).Contains(code, StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_in_one_place_leaves_the_hashes_of_far_chunks()
    {
        var sections = Enumerable.Range(0, 8).Select(i => $"# Part {i}\n\n" + string.Concat(Enumerable.Repeat($"Words of part {i} stand here. ", 40))).ToList();
        var before = Hashes(sections);
        sections[3] += "An added sentence.";

        Assert.Single(Hashes(sections).Except(before));
    }

    private static HashSet<string> Hashes(List<string> sections) =>
        [.. new Chunker(new ChunkingOptions()).Cut(Read(string.Join("\n\n", sections))).Select(chunk => chunk.Hash)];

    private static ReadDocument Read(string source) =>
        new MarkdownReader(new ReadingLimits()).Read(System.Text.Encoding.UTF8.GetBytes(source), CancellationToken.None).Document!;

    private static string Uncovered(ReadDocument document, int start, int end) =>
        string.Concat(document.Blocks
            .Select(block => (Start: Math.Max(start, block.Start), End: Math.Min(end, block.End)))
            .Where(part => part.End > part.Start)
            .Select(part => document.Text[part.Start..part.End])).Trim();
}
