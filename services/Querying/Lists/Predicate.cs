using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Lists;

/// <summary>One condition on the rows of a list; all of them hold.</summary>
internal sealed record Predicate(string Sql, IndexUse Index);
