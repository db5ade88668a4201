using OnePlatform.Knowledge.Searching;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>What a point says of its row besides the vectors, and conditions over it.</summary>
internal static class QdrantPayload
{
    public const string Group = "group";
    public const string Labels = "labels";
    public const string Thing = "thing";
    public const string Document = "document";
    public const string Terms = "terms";

    public static object Any(string key, IEnumerable<object> values) => new { Key = key, Match = new { Any = values.ToArray() } };

    public static object Is(string key, object value) => new { Key = key, Match = new { Value = value } };

    /// <param name="filtered">Ids the list filter lets through; null when there is none.</param>
    /// <param name="linked">Ids that were linked to the target's thing.</param>
    public static object FilterOf(SearchTarget target, Guid[]? filtered, Guid[] linked, object? also = null)
    {
        List<object> must = [Any(Group, target.Groups.Cast<object>())];
        if (target.Labels is { Count: > 0 } labels)
        {
            must.Add(Any(Labels, labels));
        }

        if (target.ThingId is { } thing)
        {
            List<object> should = [Is(Thing, thing)];
            if (linked.Length > 0)
            {
                should.Add(new { HasId = linked });
                should.Add(Any(Document, linked.Cast<object>()));
            }

            must.Add(new { Should = should });
        }

        if (target.DocumentId is { } document)
        {
            must.Add(Is(Document, document));
        }

        if (filtered is not null)
        {
            must.Add(new { HasId = filtered });
        }

        if (also is not null)
        {
            must.Add(also);
        }

        return new { Must = must };
    }
}
