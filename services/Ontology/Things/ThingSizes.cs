namespace OnePlatform.Ontology.Things;

internal static class ThingSizes
{
    /// <summary>What each group's things take: a KiB each, and their properties. Archived ones still lie there.</summary>
    public const string EveryGroup =
        """
        select g.id, 'storage', coalesce(sum(1024 + pg_column_size(t.properties)) filter (where t.id is not null), 0)::bigint
        from groups g left join things t on t.group_id = g.id group by g.id
        """;
}
