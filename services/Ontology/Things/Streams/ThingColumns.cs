using OnePlatform.Querying.Exporting;

namespace OnePlatform.Ontology.Things.Streams;

/// <summary>Things as CSV.</summary>
internal static class ThingColumns
{
    public static readonly IReadOnlyList<ExportColumn<ThingResponse>> All =
    [
        new("id", t => t.Id), new("type", t => t.Type), new("name", t => t.Name), new("status", t => t.Status), new("externalId", t => t.ExternalId),
        new("createdBy", t => t.CreatedBy), new("version", t => t.Version), new("createdAt", t => t.CreatedAt), new("updatedAt", t => t.UpdatedAt),
        new("archivedAt", t => t.ArchivedAt), new("properties", t => t.Properties), new("groupId", t => t.GroupId),
    ];
}
