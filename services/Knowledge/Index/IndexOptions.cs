using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Knowledge.Index;

/// <summary>The built-in index; section <c>Index</c>.</summary>
internal sealed class IndexOptions
{
    public const string Section = "Index";

    /// <summary>
    /// Memory for copies of groups' indexes. When it is full, the groups that were searched longest ago are dropped and read again
    /// at their next search; a single group larger than this stays while it is searched.
    /// </summary>
    [Range(1, 1_000_000)]
    public int CacheMegabytes { get; set; } = 1024;

    /// <summary>So many removals of a group are forgotten together.</summary>
    [Range(1, 10_000_000)]
    public int PruneAt { get; set; } = 10_000;

    /// <summary>How often an instance looks for such groups.</summary>
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromHours(1);
}
