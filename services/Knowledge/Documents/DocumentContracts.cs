using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using OnePlatform.Knowledge.Reading;

namespace OnePlatform.Knowledge.Documents;

/// <param name="Format">text, markdown or html; markdown unless stated.</param>
public sealed record CreateDocumentRequest(
    [property: StringLength(500, MinimumLength = 1)] string? Title,
    [property: Required, StringLength(20_000_000, MinimumLength = 1)] string Text,
    [property: AllowedValues("text", "markdown", "html", null)] string? Format = null,
    IReadOnlyList<string>? Labels = null,
    Guid? ThingId = null,
    JsonElement? Metadata = null);

/// <summary>A document as it was sent in, before it is read.</summary>
/// <param name="ContentPointer">Where in the request its content stands.</param>
/// <param name="FileName">Of an upload: the title, where neither the request nor the document has one.</param>
internal sealed record DocumentDraft(
    string? Title, ReadOnlyMemory<byte> Content, SourceFormat? Format, string ContentPointer, IReadOnlyList<string>? Labels, Guid? ThingId,
    JsonElement? Metadata, string? FileName = null)
{
    public static DocumentDraft Of(CreateDocumentRequest request) => new(
        request.Title, Encoding.UTF8.GetBytes(request.Text), FormatOf(request.Format), "/text", request.Labels, request.ThingId, request.Metadata);

    public static SourceFormat FormatOf(string? format) => format switch
    {
        "text" => SourceFormat.Text,
        "html" => SourceFormat.Html,
        _ => SourceFormat.Markdown,
    };
}

/// <param name="State">queued, running, completed or failed.</param>
public sealed record AcceptedDocument(Guid JobId, Guid DocumentId, string State);

/// <param name="Chunks">How many the document has; known once it was cut.</param>
/// <param name="Added">Chunks that were embedded and indexed.</param>
/// <param name="Kept">Chunks that were there already, unchanged.</param>
/// <param name="Removed">Chunks of the text before that are no more.</param>
public sealed record JobProgress(int Chunks, int Added, int Kept, int Removed);

public sealed record JobFailure(string Code, string Detail);

public sealed record JobResponse(
    Guid Id, Guid DocumentId, string State, JobProgress Progress, int Attempts, JobFailure? Error, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
