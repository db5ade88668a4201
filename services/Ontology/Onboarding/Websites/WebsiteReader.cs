using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>Why a website cannot be analyzed; the code is part of the API.</summary>
internal sealed record WebsiteFault(string Code, string Detail);

/// <param name="Address">Where it was found at last.</param>
/// <param name="Body">As much of it as is read.</param>
/// <param name="MediaType">Lower case; empty when the server said none.</param>
internal sealed record FetchedFile(Uri Address, byte[] Body, string MediaType, string? Charset, IReadOnlyDictionary<string, string> Headers);

/// <summary>Fetches pages of strangers: only from the public internet, with few redirects, and never more than is wanted.</summary>
internal sealed class WebsiteReader : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly WebsiteOptions _options;

    public WebsiteReader(IOptions<WebsiteOptions> options)
    {
        _options = options.Value;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Each step is checked before it is taken.
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would resolve the name itself, and past the check.
            UseProxy = false,
            ConnectCallback = (context, cancellationToken)
                => PublicAddresses.ConnectAsync(context.DnsEndPoint, _options.AllowPrivateAddresses, Dns.GetHostAddressesAsync, cancellationToken),
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 32,
            ActivityHeadersPropagator = null,
        });
    }

    /// <returns>The file, or what is wrong with the address or its answer.</returns>
    public async Task<(FetchedFile? File, WebsiteFault? Fault)> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            for (var step = 0; step <= _options.MostRedirects; step++)
            {
                if (await RefuseAsync(url, cancellationToken) is { } fault)
                {
                    return (null, fault);
                }

                using var answer = await SendAsync(url, cancellationToken);
                if ((int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } next)
                {
                    url = next.IsAbsoluteUri ? next : new Uri(url, next);
                    continue;
                }

                return answer.IsSuccessStatusCode
                    ? (await ReadAsync(url, answer, cancellationToken), null)
                    : (null, new WebsiteFault("website_refused", $"The website answered with the status {(int)answer.StatusCode}."));
            }
        }
        catch (Exception ex) when (ex is HttpRequestException or SocketException or IOException or InvalidDataException or UriFormatException or NotSupportedException)
        {
            return (null, new WebsiteFault("website_unreachable", "The website cannot be reached."));
        }

        return (null, new WebsiteFault("website_redirects", $"The website redirects more than {_options.MostRedirects} times."));
    }

    public void Dispose() => _http.Dispose();

    private async Task<WebsiteFault?> RefuseAsync(Uri url, CancellationToken cancellationToken)
    {
        if (url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || (!url.IsDefaultPort && !_options.AllowPrivateAddresses))
        {
            return new WebsiteFault("website_address", "A website is at an http or https address without a user and without a port.");
        }

        return (await PublicAddresses.ResolveAsync(url.DnsSafeHost, _options.AllowPrivateAddresses, Dns.GetHostAddressesAsync, cancellationToken)).Count == 0
            ? new WebsiteFault("website_private", "The website must not lie in a private network.")
            : null;
    }

    private async Task<HttpResponseMessage> SendAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "OnePlatform-Onboarding/1.0");
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,text/css,application/xml;q=0.9,*/*;q=0.1");
        return await _http.SendAsync(request, cancellationToken);
    }

    private async Task<FetchedFile> ReadAsync(Uri url, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (kept.Length < _options.MostBytes)
        {
            var most = (int)Math.Min(buffer.Length, _options.MostBytes - kept.Length);
            var read = await body.ReadAsync(buffer.AsMemory(0, most), cancellationToken);
            if (read == 0)
            {
                break;
            }

            kept.Write(buffer, 0, read);
        }

        var type = answer.Content.Headers.ContentType;
        return new FetchedFile(
            url, kept.ToArray(), type?.MediaType?.ToLowerInvariant() ?? "", type?.CharSet?.Trim('"'),
            answer.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }
}
