using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Querying.Lists;

/// <summary>Settings of this room, section <see cref="Section"/>.</summary>
public sealed class QueryingOptions
{
    /// <summary>Where the configuration has them.</summary>
    public const string Section = "Querying";

    /// <summary>
    /// Signs the cursors. The same for every replica of a service; a new one only ends the lists that are being paged through.
    /// </summary>
    [Required, MinLength(32)]
    public string CursorKey { get; set; } = "";
}
