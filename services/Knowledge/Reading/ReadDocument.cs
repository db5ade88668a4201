namespace OnePlatform.Knowledge.Reading;

internal enum BlockKind
{
    Paragraph,
    Heading,
    Code,
    Table,
}

/// <summary>A stretch [Start, End) of the text that belongs together. Level is a heading's, 1 to 6, and 0 elsewhere.</summary>
internal readonly record struct Block(BlockKind Kind, int Start, int End, int Level = 0);

/// <summary>
/// What was read: the text, and its blocks in order, apart from each other. For text and Markdown the text is the source
/// itself, so offsets hold there too; for the other formats it is what was extracted.
/// </summary>
internal sealed record ReadDocument(string? Title, string Text, IReadOnlyList<Block> Blocks);

/// <summary>Either a document, or why there is none.</summary>
internal readonly record struct ReadOutcome(ReadDocument? Document, ReadFailure? Failure)
{
    public static implicit operator ReadOutcome(ReadDocument document) => new(document, null);

    public static implicit operator ReadOutcome(ReadFailure failure) => new(null, failure);
}

/// <summary>Code is stable and goes to the client with the detail.</summary>
internal sealed record ReadFailure(string Code, string Detail)
{
    public static ReadFailure TooLarge(string detail) => new("document_too_large", detail);

    public static ReadFailure Damaged(string detail) => new("document_unreadable", detail);

    public static ReadFailure Protected { get; } = new("document_protected", "The document asks for a password.");

    public static ReadFailure Empty { get; } = new("document_empty", "No text was found in the document.");

    public static ReadFailure UnknownFormat { get; } =
        new("document_format_unsupported", "Text, Markdown, HTML, PDF and DOCX can be read.");
}
