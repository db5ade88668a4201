namespace OnePlatform.Querying.Fields;

/// <summary>What a field holds, which decides how it is compared and what a value for it may look like.</summary>
internal enum FieldKind
{
    /// <summary>Short text of bounded length.</summary>
    String,

    /// <summary>Text of any length; never sorted by, because a cursor carries the sort keys.</summary>
    Text,
    Uuid,
    Number,
    Integer,
    Boolean,

    /// <summary>A <c>timestamptz</c>.</summary>
    Timestamp,

    /// <summary>Text out of a known set.</summary>
    Enum,

    /// <summary>A <c>text[]</c>.</summary>
    StringArray,

    /// <summary>A <c>jsonb</c> document whose members are fields as well.</summary>
    Json,
}
