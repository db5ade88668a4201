using OnePlatform.Contracts;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Events.Reading;

/// <summary>What the lists of the log can be asked.</summary>
internal static class EventLists
{
    public const string Type = "type";
    public const string Text = "q";
    public const string Platform = "platform";
    public const string AfterPosition = "afterPosition";
    public const string BeforePosition = "beforePosition";
    public const string Format = "format";

    private static readonly FieldMap s_fields = new(
        Field.Id("e.id").Indexed(),
        Field.Integer("position", "e.position").Sortable().Required().Indexed(),
        Field.Uuid("groupId", "e.group_id"),
        Field.String("type", "e.type").Indexed(),
        Field.String("source", "e.source"),
        Field.Enum("actorKind", "e.actor_kind", ActorKinds.Person, ActorKinds.Key, ActorKinds.System, ActorKinds.Agent),
        Field.Uuid("actorId", "e.actor_id").Indexed(),
        Field.Uuid("onBehalfOf", "e.on_behalf_of"),
        Field.Uuid("targetId", "e.target_id").Indexed(),
        Field.String("targetKind", "e.target_kind"),
        Field.Timestamp("occurredAt", "e.occurred_at").Sortable().Required().Indexed(),
        Field.Timestamp("recordedAt", "e.recorded_at"),
        Field.Json("metadata", "e.metadata").Indexed(),
        Field.Json("changes", "e.changes"),
        Field.String("requestId", "e.request_id"),
        Field.String("traceId", "e.trace_id"),
        Field.String("ip", "e.ip"),
        Field.String("userAgent", "e.user_agent"));

    private static readonly ListParameter[] s_parameters =
    [
        ListParameter.Own(Type),
        ListParameter.AnyOf("actorId"),
        ListParameter.AnyOf("targetId"),
        ListParameter.AnyOf("source"),
        ListParameter.From("from", "occurredAt"),
        ListParameter.Before("to", "occurredAt"),
        ListParameter.Own(Text),
        ListParameter.Own(Platform),
        ListParameter.Own(AfterPosition),
        ListParameter.Own(BeforePosition),
    ];

    private static readonly ListParameter[] s_onwards = [.. s_parameters.Where(p => p.Name != BeforePosition)];

    private static readonly string[] s_withoutPages = ["limit", "cursor", "sort", "count"];

    /// <summary>Newest first.</summary>
    public static ListDefinition Newest { get; } = new("events.log", s_fields) { DefaultSort = "-occurredAt", Parameters = s_parameters };

    /// <summary>From a position on, in the order of positions: the list for those who follow.</summary>
    public static ListDefinition Following { get; } = new("events.following", s_fields) { DefaultSort = "position", Parameters = s_parameters };

    /// <summary>The whole log as a file.</summary>
    public static ListDefinition Exporting { get; } = new("events.export", s_fields)
    {
        DefaultSort = "position",
        Parameters = [.. s_onwards, ListParameter.Own(Format)],
        Without = s_withoutPages,
    };

    /// <summary>The log as it goes on.</summary>
    public static ListDefinition Streaming { get; } = new("events.stream", s_fields)
    {
        DefaultSort = "position",
        Parameters = s_onwards,
        Without = [.. s_withoutPages, "fields"],
    };

    /// <summary>Back from a position.</summary>
    public static ListDefinition Preceding { get; } = new("events.preceding", s_fields) { DefaultSort = "-position", Parameters = s_parameters };
}
