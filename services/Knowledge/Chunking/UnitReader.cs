using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Reading;

namespace OnePlatform.Knowledge.Chunking;

/// <summary>Takes a document apart into units none of which has more tokens than a chunk may have.</summary>
internal sealed class UnitReader(string text, int mostTokens)
{
    private readonly List<Unit> _units = [];
    private readonly List<(int Level, string Title)> _headings = [];
    private string? _section;

    public static List<Unit> Read(ReadDocument document, int mostTokens)
    {
        var reader = new UnitReader(document.Text, mostTokens);
        for (var i = 0; i < document.Blocks.Count; i++)
        {
            var block = document.Blocks[i];
            reader.Add(block, i + 1 < document.Blocks.Count ? document.Blocks[i + 1].Start : document.Text.Length);
        }

        return reader._units;
    }

    private void Add(Block block, int next)
    {
        if (block.Kind == BlockKind.Heading)
        {
            Enter(block);
        }

        var before = block.Kind == BlockKind.Heading ? Cut.Heading : Cut.Paragraph;
        if (block.Kind != BlockKind.Paragraph && Tokens(block.Start, next) <= mostTokens)
        {
            AddUnit(block.Start, block.End, next, before);
        }
        else if (block.Kind is BlockKind.Code or BlockKind.Table)
        {
            AddLines(block, next);
        }
        else
        {
            AddSentences(block, next, before);
        }
    }

    private void Enter(Block heading)
    {
        _headings.RemoveAll(above => above.Level >= heading.Level);
        var line = text.AsSpan(heading.Start, heading.End - heading.Start);
        var title = (line.IndexOf('\n') is var feed and >= 0 ? line[..feed] : line).Trim("# \t\r").ToString();
        _headings.Add((heading.Level, title));
        _section = string.Join(" › ", _headings.Select(above => above.Title));
    }

    private void AddSentences(Block block, int next, Cut before)
    {
        var sentences = new SentenceReader(text.AsSpan(block.Start, block.End - block.Start));
        var (start, end) = (-1, -1);
        while (sentences.Read())
        {
            if (start >= 0)
            {
                AddUnit(start, end, block.Start + sentences.Start, before);
                before = Cut.Sentence;
            }

            (start, end) = (block.Start + sentences.Start, block.Start + sentences.End);
        }

        if (start >= 0)
        {
            AddUnit(start, end, next, before);
        }
    }

    private void AddLines(Block block, int next)
    {
        var before = Cut.Paragraph;
        for (var start = block.Start; start < block.End;)
        {
            var feed = text.IndexOf('\n', start, block.End - start);
            var following = feed < 0 ? next : feed + 1;
            AddUnit(start, feed < 0 ? block.End : feed, following, before);
            before = Cut.Sentence;
            start = feed < 0 ? block.End : following;
        }
    }

    private void AddUnit(int start, int end, int next, Cut before)
    {
        while (start < end)
        {
            var tokens = Tokens(start, next);
            if (tokens <= mostTokens)
            {
                _units.Add(new Unit(start, end, tokens, before, _section));
                return;
            }

            var cut = WordCut(start, end);
            _units.Add(new Unit(start, cut, Tokens(start, cut), before, _section));
            (start, before) = (cut, Cut.Word);
        }
    }

    // The white space after a sentence may be what is too much; then the sentence itself fits and stays whole.
    private int WordCut(int start, int end)
    {
        var fitting = start + TokenCounter.Fitting(text.AsSpan(start, end - start), mostTokens);
        if (fitting >= end)
        {
            return end;
        }

        var space = text.AsSpan(start, fitting - start).LastIndexOfAny(' ', '\n', '\t');
        var cut = space > 0 ? start + space + 1 : fitting;
        if (char.IsLowSurrogate(text[cut]))
        {
            cut--;
        }

        return Math.Max(cut, start + (char.IsHighSurrogate(text[start]) ? 2 : 1));
    }

    private int Tokens(int start, int next) => TokenCounter.Count(text.AsSpan(start, next - start));
}
