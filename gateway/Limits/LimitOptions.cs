using System.ComponentModel.DataAnnotations;
using OnePlatform.Gateway.Proxy;

namespace OnePlatform.Gateway.Limits;

/// <summary>Limits where neither a key nor a group states any; section <c>Limits</c>.</summary>
internal sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>For API keys and sessions.</summary>
    [Required]
    public RequestLimit Credential { get; set; } = new() { Requests = 1000, Burst = 100 };

    /// <summary>For one client address without a credential, or with one that is not accepted.</summary>
    [Required]
    public RequestLimit Address { get; set; } = new() { Requests = 300, Burst = 60 };

    /// <summary>What a request counts, by the kind of its route; one that is not named counts one.</summary>
    [Required]
    public IReadOnlyDictionary<CostKind, int> Costs { get; set; } = new Dictionary<CostKind, int>
    {
        [CostKind.Bulk] = 20,
        [CostKind.Import] = 50,
        [CostKind.Export] = 20,
        [CostKind.Document] = 5,
        [CostKind.Ai] = 10,
    };
}

internal sealed class RequestLimit
{
    /// <summary>Requests in any minute.</summary>
    [Range(1, int.MaxValue)]
    public int Requests { get; set; }

    /// <summary>Requests beyond that, given once and again after a quiet minute.</summary>
    [Range(0, int.MaxValue)]
    public int Burst { get; set; }
}
