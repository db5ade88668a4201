namespace OnePlatform.Knowledge.Reading;

/// <summary>Picks the reader for an upload and holds it to the limits.</summary>
internal sealed class DocumentReaders
{
    private readonly ReadingLimits _limits;
    private readonly Dictionary<SourceFormat, IDocumentReader> _readers;

    public DocumentReaders(ReadingLimits limits)
    {
        _limits = limits;
        IDocumentReader[] readers = [new PlainTextReader(), new MarkdownReader(limits), new HtmlReader(limits), new PdfReader(limits), new DocxReader(limits)];
        _readers = readers.ToDictionary(reader => reader.Format);
    }

    public ReadOutcome Read(ReadOnlyMemory<byte> content, SourceFormat? format, CancellationToken cancellationToken)
    {
        if (content.Length > _limits.Bytes)
        {
            return ReadFailure.TooLarge($"The document has {content.Length} bytes; {_limits.Bytes} are allowed.");
        }

        if (format is not { } known)
        {
            return ReadFailure.UnknownFormat;
        }

        var reading = _readers[known].Read(content, cancellationToken);
        if (reading.Document is not { } document)
        {
            return reading;
        }

        if (document.Text.Length > _limits.Characters)
        {
            return ReadFailure.TooLarge($"The document has {document.Text.Length} characters of text; {_limits.Characters} are allowed.");
        }

        return string.IsNullOrWhiteSpace(document.Text) ? ReadFailure.Empty : reading;
    }

    /// <summary>The format by what the bytes begin with, then the media type, then the file's name.</summary>
    public static SourceFormat? FormatOf(ReadOnlySpan<byte> content, string? mediaType, string? fileName)
    {
        if (content.StartsWith("%PDF-"u8))
        {
            return SourceFormat.Pdf;
        }

        if (content.StartsWith("PK\u0003\u0004"u8))
        {
            return SourceFormat.Docx;
        }

        return ByMediaType(mediaType?.Split(';')[0].Trim().ToLowerInvariant())
            ?? ByExtension(Path.GetExtension(fileName ?? "").ToLowerInvariant())
            ?? (content.Contains((byte)0) ? null : SourceFormat.Text);
    }

    private static SourceFormat? ByMediaType(string? mediaType) => mediaType switch
    {
        "text/markdown" or "text/x-markdown" => SourceFormat.Markdown,
        "text/html" or "application/xhtml+xml" => SourceFormat.Html,
        "application/pdf" => SourceFormat.Pdf,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => SourceFormat.Docx,
        _ => null,
    };

    private static SourceFormat? ByExtension(string extension) => extension switch
    {
        ".txt" or ".text" or ".log" or ".csv" => SourceFormat.Text,
        ".md" or ".markdown" => SourceFormat.Markdown,
        ".html" or ".htm" or ".xhtml" => SourceFormat.Html,
        ".pdf" => SourceFormat.Pdf,
        ".docx" => SourceFormat.Docx,
        _ => null,
    };
}
