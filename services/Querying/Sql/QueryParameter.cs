namespace OnePlatform.Querying.Sql;

/// <summary>A value that SQL text of this room refers to as <c>@Name</c>. Never null.</summary>
public sealed record QueryParameter(string Name, object Value);
