namespace OnePlatform.Identity.OAuth;

internal enum ProviderProtocol
{
    OpenIdConnect,

    /// <summary>OAuth 2 without an ID token; the person is asked for at GitHub's API.</summary>
    GitHub,
}

/// <summary>Who else may say who somebody is; section <c>Identity:Providers:{name}</c>.</summary>
internal sealed class SignInProvider
{
    /// <summary>On the sign-in page; the name when absent.</summary>
    public string? Label { get; set; }

    public string ClientId { get; set; } = "";

    /// <summary>Absent for a client that has none; PKCE protects the code either way.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>GitHub for the provider of that name, OpenID Connect for every other, unless said otherwise.</summary>
    public ProviderProtocol? Protocol { get; set; }

    /// <summary>The issuer, of OpenID Connect; its discovery document tells the rest.</summary>
    public Uri? Authority { get; set; }

    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>Every address this provider tells of belongs to its person, though it does not say so. For a company's own directory.</summary>
    public bool TrustsAddresses { get; set; }

    /// <summary>Where an own GitHub Enterprise differs: its site, and its API.</summary>
    public Uri? Site { get; set; }

    public Uri? Api { get; set; }
}

/// <summary>Section <c>Identity</c>, as far as it names providers.</summary>
internal sealed class SignInProviders
{
    /// <summary>By the name that routes and links use.</summary>
    public Dictionary<string, SignInProvider> Providers { get; set; } = new(StringComparer.Ordinal);
}
