namespace OnePlatform.Knowledge.Reading;

internal enum SourceFormat
{
    Text,
    Markdown,
    Html,
    Pdf,
    Docx,
}

/// <summary>Reads one format. Bytes that are not of the format are a failure it answers, never an exception.</summary>
internal interface IDocumentReader
{
    SourceFormat Format { get; }

    ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
