using System.Net;
using System.Net.Http.Headers;

namespace OnePlatform.Identity.Tokens;

/// <summary>
/// Every other service asks Identity for its keys over HTTP; Identity answers itself without the way around. The network can
/// then not keep it from checking a token that it signed.
/// </summary>
internal sealed class OwnSigningKeys(SigningKeyRing ring) : HttpMessageHandler
{
    // The name of the client that ServiceDefaults reads keys with.
    public const string Client = "signing-keys";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new StringContent(ring.PublicSet, new MediaTypeHeaderValue("application/json")),
        });
}
