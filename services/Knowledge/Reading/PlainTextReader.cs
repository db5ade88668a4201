namespace OnePlatform.Knowledge.Reading;

/// <summary>Plain text: paragraphs are what blank lines part.</summary>
internal sealed class PlainTextReader : IDocumentReader
{
    public SourceFormat Format => SourceFormat.Text;

    public ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var text = PlainText.Decode(content.Span);
        return new ReadDocument(null, text, Paragraphs(text));
    }

    public static List<Block> Paragraphs(ReadOnlySpan<char> text)
    {
        var blocks = new List<Block>();
        var (start, end, at) = (-1, 0, 0);
        while (at < text.Length)
        {
            var rest = text[at..];
            var line = rest.IndexOf('\n') is var feed and >= 0 ? rest[..feed] : rest;
            var visible = line.TrimEnd().Length;
            if (visible > 0)
            {
                start = start < 0 ? at + visible - line.TrimEnd().TrimStart().Length : start;
                end = at + visible;
            }
            else if (start >= 0)
            {
                blocks.Add(new Block(BlockKind.Paragraph, start, end));
                start = -1;
            }

            at += line.Length + 1;
        }

        if (start >= 0)
        {
            blocks.Add(new Block(BlockKind.Paragraph, start, end));
        }

        return blocks;
    }
}
