namespace OnePlatform.Querying.Filters;

/// <summary>How an index helps with a condition.</summary>
internal enum IndexUse
{
    /// <summary>Not at all: it is asked of row after row.</summary>
    None,

    /// <summary>It finds the rows, in no order.</summary>
    Finds,

    /// <summary>It walks the rows in their order.</summary>
    Walks,
}
