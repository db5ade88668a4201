using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using MarkdownBlock = Markdig.Syntax.Block;

namespace OnePlatform.Knowledge.Reading;

/// <summary>Markdown. The text is the source with its marks, which readers and language models both understand.</summary>
internal sealed class MarkdownReader(ReadingLimits limits) : IDocumentReader
{
    public SourceFormat Format => SourceFormat.Markdown;

    public ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var text = PlainText.Decode(content.Span);
        var pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseYamlFrontMatter().UsePreciseSourceLocation();
        try
        {
            var blocks = new List<Block>();
            Collect(Markdown.Parse(text, pipeline.Build()), text, blocks);
            return new ReadDocument(TitleOf(text, blocks), text, blocks);
        }
        catch (ArgumentException e) when (e.Message.Contains("deeply nested", StringComparison.Ordinal))
        {
            // Markdig's own guard against stack overflow.
            return ReadFailure.TooLarge($"The document nests deeper than {limits.Nesting} levels.");
        }
    }

    private static void Collect(ContainerBlock container, string text, List<Block> blocks)
    {
        foreach (var block in container)
        {
            if (Kind(block) is { } kind)
            {
                Add(blocks, kind, block, text);
            }
            else if (block is ContainerBlock inner)
            {
                Collect(inner, text, blocks);
            }
        }
    }

    private static BlockKind? Kind(MarkdownBlock block) => block switch
    {
        HeadingBlock => BlockKind.Heading,
        YamlFrontMatterBlock or LinkReferenceDefinitionGroup or ThematicBreakBlock => null,
        CodeBlock => BlockKind.Code,
        Table => BlockKind.Table,
        LeafBlock => BlockKind.Paragraph,
        _ => null,
    };

    private static void Add(List<Block> blocks, BlockKind kind, MarkdownBlock block, string text)
    {
        var start = Math.Max(block.Span.Start, blocks.Count > 0 ? blocks[^1].End : 0);
        var end = Math.Min(block.Span.End + 1, text.Length);
        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            blocks.Add(new Block(kind, start, end, (block as HeadingBlock)?.Level ?? 0));
        }
    }

    private static string? TitleOf(string text, List<Block> blocks)
    {
        var heading = blocks.FirstOrDefault(block => block is { Kind: BlockKind.Heading, Level: 1 });
        var line = text[heading.Start..heading.End].Split('\n')[0].Trim('#', ' ', '\t', '\r');
        return line.Length > 0 ? line : null;
    }
}
