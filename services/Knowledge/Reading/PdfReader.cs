using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace OnePlatform.Knowledge.Reading;

/// <summary>The text layer of a PDF, page after page. A scan without one reads as empty.</summary>
internal sealed class PdfReader(ReadingLimits limits) : IDocumentReader
{
    public SourceFormat Format => SourceFormat.Pdf;

    public ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        // The parser survives what its filters throw, in places; the filters remember.
        var filters = new PdfFilters(limits.UnpackedBytes);
        var outcome = Read(content, filters, cancellationToken);
        return filters.IsSpent ? ReadFailure.TooLarge($"The document unpacks to more than {limits.UnpackedBytes} bytes.") : outcome;
    }

    private ReadOutcome Read(ReadOnlyMemory<byte> content, PdfFilters filters, CancellationToken cancellationToken)
    {
        try
        {
            using var document = PdfDocument.Open(content.ToArray(), new ParsingOptions { UseLenientParsing = true, FilterProvider = filters });
            if (document.NumberOfPages > limits.Pages)
            {
                return ReadFailure.TooLarge($"The document has {document.NumberOfPages} pages; {limits.Pages} are allowed.");
            }

            return ReadPages(document, cancellationToken);
        }
        catch (PdfDocumentEncryptedException)
        {
            return ReadFailure.Protected;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // PdfPig meets a damaged file with whatever exception its parser hits first.
            return ReadFailure.Damaged("The PDF is damaged and could not be read.");
        }
    }

    private ReadDocument ReadPages(PdfDocument document, CancellationToken cancellationToken)
    {
        var text = new TextBuilder(limits.Characters);
        foreach (var page in document.GetPages())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!text.HasRoom)
            {
                break;
            }

            AddPage(text, page);
        }

        return text.Build(document.Information.Title);
    }

    private static void AddPage(TextBuilder text, Page page)
    {
        var extracted = ContentOrderTextExtractor.GetText(page, addDoubleNewline: true).ReplaceLineEndings("\n");
        foreach (var paragraph in PlainTextReader.Paragraphs(extracted))
        {
            text.Add(BlockKind.Paragraph, Unbroken(extracted.AsSpan(paragraph.Start, paragraph.End - paragraph.Start)));
        }
    }

    // Lines end where the page did, not where the text does; a hyphen before such an end is not the author's.
    private static string Unbroken(ReadOnlySpan<char> lines)
    {
        var joined = new StringBuilder(lines.Length);
        foreach (var part in lines.EnumerateLines())
        {
            var line = part.Trim();
            if (joined is [.., _, '-'] && char.IsLetter(joined[^2]) && line.Length > 0 && char.IsLower(line[0]))
            {
                joined.Length--;
            }
            else if (joined.Length > 0)
            {
                joined.Append(' ');
            }

            joined.Append(line);
        }

        return joined.ToString();
    }
}
