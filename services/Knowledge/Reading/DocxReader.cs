using System.Globalization;
using System.Text;
using System.Xml;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Paragraph = DocumentFormat.OpenXml.Wordprocessing.Paragraph;
using WordText = DocumentFormat.OpenXml.Wordprocessing.Text;

namespace OnePlatform.Knowledge.Reading;

/// <summary>The body of a Word document: headings by their style, tables a row a line.</summary>
internal sealed class DocxReader(ReadingLimits limits) : IDocumentReader
{
    public SourceFormat Format => SourceFormat.Docx;

    public ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            if (UnpackedSize.Check(content, limits, cancellationToken) is { } tooLarge)
            {
                return tooLarge;
            }

            using var document = WordprocessingDocument.Open(new MemoryStream(content.ToArray(), writable: false), isEditable: false);
            return document.MainDocumentPart is { } main ? ReadBody(main, document.PackageProperties.Title, cancellationToken) : NotWord;
        }
        catch (Exception e) when (e is InvalidDataException or OpenXmlPackageException or XmlException or FileFormatException
            or InvalidOperationException or ArgumentException or FormatException or IOException)
        {
            return NotWord;
        }
    }

    private static ReadFailure NotWord { get; } = ReadFailure.Damaged("The file is not a readable Word document.");

    private ReadOutcome ReadBody(MainDocumentPart main, string? title, CancellationToken cancellationToken)
    {
        // The tree is built by recursion over the XML, so its depth is looked at before it is built.
        if (IsTooDeep(main, cancellationToken))
        {
            return ReadFailure.TooLarge($"The document nests deeper than {limits.Nesting} elements.");
        }

        var text = new TextBuilder(limits.Characters);
        foreach (var element in main.Document?.Body?.ChildElements.ToList() ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(text, element);
        }

        return text.Build(title);
    }

    private bool IsTooDeep(MainDocumentPart main, CancellationToken cancellationToken)
    {
        using var stream = main.GetStream(FileMode.Open, FileAccess.Read);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.Depth > limits.Nesting)
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(TextBuilder text, OpenXmlElement element)
    {
        switch (element)
        {
            case Paragraph paragraph:
                var level = HeadingLevel(paragraph);
                text.Add(level > 0 ? BlockKind.Heading : BlockKind.Paragraph, TextOf(paragraph), level);
                break;
            case Table table:
                text.Add(BlockKind.Table, string.Join('\n', table.Elements<TableRow>().Select(
                    row => string.Join(" | ", row.Elements<TableCell>().Select(cell => string.Join(' ', cell.Descendants<Paragraph>().Select(TextOf)))))));
                break;
            case SdtBlock { SdtContentBlock: { } inner }:
                foreach (var child in inner.ChildElements)
                {
                    Add(text, child);
                }

                break;
        }
    }

    private static int HeadingLevel(Paragraph paragraph)
    {
        var style = paragraph.ParagraphProperties?.ParagraphStyleId?.Val?.Value ?? "";
        if (style == "Title")
        {
            return 1;
        }

        return style.StartsWith("Heading", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(style.AsSpan("Heading".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            ? Math.Clamp(level, 1, 6)
            : 0;
    }

    private static string TextOf(Paragraph paragraph)
    {
        var text = new StringBuilder();
        foreach (var element in paragraph.Descendants())
        {
            // Deleted text of a tracked change is DeletedText, another type, and stays out.
            _ = element switch
            {
                WordText run => text.Append(run.Text),
                TabChar => text.Append('\t'),
                Break or CarriageReturn => text.Append('\n'),
                NoBreakHyphen => text.Append('-'),
                _ => text,
            };
        }

        return text.ToString();
    }
}
