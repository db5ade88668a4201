using Microsoft.Extensions.Options;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>Section <c>OpenIdConnect</c>: clients that the installation brings along.</summary>
internal sealed class ConfiguredClients
{
    public const string Section = "OpenIdConnect";

    public IReadOnlyList<ConfiguredClient> Clients { get; set; } = [];
}

internal sealed class ConfiguredClient
{
    /// <summary>The <c>client_id</c>.</summary>
    public string ClientId { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>At least 32 characters; none for a public client.</summary>
    public string? Secret { get; set; }

    public IReadOnlyList<string> RedirectUris { get; set; } = [];

    public IReadOnlyList<string> PostLogoutRedirectUris { get; set; } = [];

    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>People are not asked for consent.</summary>
    public bool Trusted { get; set; }

    /// <summary>It may act for itself in this group.</summary>
    public Guid? GroupId { get; set; }

    public ClientSpecification Specify() => new(Name, RedirectUris, PostLogoutRedirectUris, Scopes, Secret is null, Trusted, GroupId);
}

/// <summary>Names every fault of the configured clients, so that the service does not start with one it would have to refuse.</summary>
internal sealed class CheckConfiguredClients : IValidateOptions<ConfiguredClients>
{
    private const int ShortestSecret = 32;

    public ValidateOptionsResult Validate(string? name, ConfiguredClients options)
    {
        var faults = options.Clients.SelectMany((client, i) => FaultsOf(client).Select(f => $"{ConfiguredClients.Section}:Clients:{i}: {f}")).ToList();
        if (options.Clients.DistinctBy(c => c.ClientId, StringComparer.Ordinal).Count() < options.Clients.Count)
        {
            faults.Add($"{ConfiguredClients.Section}:Clients: two have the same ClientId.");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> FaultsOf(ConfiguredClient client)
    {
        if (client.ClientId.Length is 0 or > 100 || client.Name.Length is 0 or > 200)
        {
            yield return "ClientId (1 to 100 characters) and Name (1 to 200) are needed.";
        }

        if (client.Secret is { Length: < ShortestSecret })
        {
            yield return $"Secret needs {ShortestSecret} characters.";
        }

        foreach (var error in client.Specify().Errors())
        {
            yield return $"{error.Pointer} {error.Detail}";
        }
    }
}
