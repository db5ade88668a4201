using System.Collections.Concurrent;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace OnePlatform.Identity.OAuth;

/// <summary>Discovery documents and keys of OpenID Connect providers, read when first needed and kept for some hours.</summary>
internal sealed class ProviderDirectory(ProviderHttp http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_life = TimeSpan.FromHours(12);

    // A provider that changes its keys is asked again at once, and a flood of made-up key ids does not ask it each time.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Uri, Entry> _entries = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <param name="authority">The issuer.</param>
    /// <param name="keysChanged">A token names a key that the known document has not.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="ProviderFailedException">It cannot be read, or is not the issuer's.</exception>
    public async Task<OpenIdConnectConfiguration> ReadAsync(Uri authority, bool keysChanged, CancellationToken cancellationToken)
    {
        if (Known(authority, keysChanged) is { } known)
        {
            return known;
        }

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return Known(authority, keysChanged) ?? await FetchAsync(authority, keysChanged, cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private OpenIdConnectConfiguration? Known(Uri authority, bool keysChanged)
        => _entries.TryGetValue(authority, out var entry) && clock.GetUtcNow() < (keysChanged ? entry.KeysUntil : entry.Until) ? entry.Configuration : null;

    private async Task<OpenIdConnectConfiguration> FetchAsync(Uri authority, bool keysChanged, CancellationToken cancellationToken)
    {
        var address = $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration";
        try
        {
            using var client = http.Create();
            var retriever = new HttpDocumentRetriever(client) { RequireHttps = !authority.IsLoopback };
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(address, retriever, cancellationToken);
            if (Fault(configuration, authority) is { } fault)
            {
                throw new ProviderFailedException(ProviderFault.Invalid, fault);
            }

            var now = clock.GetUtcNow();
            _entries[authority] = new Entry(configuration, now + s_life, keysChanged ? now + s_pause : now);
            return configuration;
        }
        catch (Exception exception) when (exception is ArgumentException or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new ProviderFailedException(ProviderFault.Invalid, $"{address} is no discovery document.", exception);
        }
        catch (Exception exception) when (ProviderHttp.IsOutage(exception, cancellationToken))
        {
            throw new ProviderFailedException(ProviderFault.Unavailable, exception.Message, exception);
        }
    }

    // OpenID Connect Discovery 4.3. A provider for many tenants, as Microsoft's, has a placeholder where a token has the tenant's id.
    private static string? Fault(OpenIdConnectConfiguration configuration, Uri authority)
    {
        if (configuration.Issuer is not { Length: > 0 } issuer
            || (!issuer.Contains(OpenIdProvider.TenantPlaceholder, StringComparison.Ordinal) && issuer.TrimEnd('/') != authority.AbsoluteUri.TrimEnd('/')))
        {
            return $"The document of {authority} is another issuer's.";
        }

        var endpoints = new[] { configuration.AuthorizationEndpoint, configuration.TokenEndpoint };
        return endpoints.Any(e => !Uri.TryCreate(e, UriKind.Absolute, out var uri) || !ProviderRules.IsSafe(uri))
            ? $"The document of {authority} lacks an endpoint, or has one without TLS."
            : null;
    }

    private sealed record Entry(OpenIdConnectConfiguration Configuration, DateTimeOffset Until, DateTimeOffset KeysUntil);
}
