using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace OnePlatform.Identity.OAuth;

/// <summary>Completes well-known providers, so that client id and secret are enough, and names every fault of the others.</summary>
internal sealed partial class ProviderRules : IPostConfigureOptions<SignInProviders>, IValidateOptions<SignInProviders>
{
    private static readonly string[] s_openIdScopes = ["openid", "email", "profile"];
    private static readonly string[] s_gitHubScopes = ["read:user", "user:email"];

    public void PostConfigure(string? name, SignInProviders options)
    {
        foreach (var (key, provider) in options.Providers)
        {
            switch (key)
            {
                case "google":
                    (provider.Label, provider.Authority) = (provider.Label ?? "Google", provider.Authority ?? new Uri("https://accounts.google.com"));
                    break;
                case "microsoft":
                    (provider.Label, provider.Authority) = (provider.Label ?? "Microsoft", provider.Authority ?? new Uri("https://login.microsoftonline.com/common/v2.0"));
                    break;
                case "github":
                    (provider.Label, provider.Protocol) = (provider.Label ?? "GitHub", provider.Protocol ?? ProviderProtocol.GitHub);
                    break;
            }

            provider.Protocol ??= ProviderProtocol.OpenIdConnect;
            if (provider.Protocol == ProviderProtocol.GitHub)
            {
                provider.Site ??= new Uri("https://github.com");
                provider.Api ??= new Uri("https://api.github.com");
            }

            if (provider.Scopes.Count == 0)
            {
                provider.Scopes = provider.Protocol == ProviderProtocol.GitHub ? s_gitHubScopes : s_openIdScopes;
            }
        }
    }

    public ValidateOptionsResult Validate(string? name, SignInProviders options)
    {
        var errors = options.Providers.SelectMany(p => Check(p.Key, p.Value)).ToList();
        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Check(string name, SignInProvider provider)
    {
        var path = $"Identity:Providers:{name}";
        if (!Name().IsMatch(name) || name == Linked.LinkedAccount.Password)
        {
            yield return $"{path}: a provider's name has up to 16 lower-case letters, digits and hyphens, and is not '{Linked.LinkedAccount.Password}'.";
        }

        if (provider.ClientId.Length == 0)
        {
            yield return $"{path}:ClientId is missing.";
        }

        if (provider.Protocol == ProviderProtocol.OpenIdConnect && provider.Authority is null)
        {
            yield return $"{path}:Authority is missing.";
        }

        foreach (var (member, address) in new[] { ("Authority", provider.Authority), ("Site", provider.Site), ("Api", provider.Api) })
        {
            if (address is not null && !IsSafe(address))
            {
                yield return $"{path}:{member} is no https address.";
            }
        }

        if (provider.Protocol == ProviderProtocol.OpenIdConnect && !provider.Scopes.Contains("openid", StringComparer.Ordinal))
        {
            yield return $"{path}:Scopes must name 'openid'.";
        }
    }

    /// <summary>Without TLS only on this machine, where nobody sits in between.</summary>
    public static bool IsSafe(Uri address)
        => address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    [GeneratedRegex("^[a-z][a-z0-9-]{0,15}$")]
    private static partial Regex Name();
}
