using Yarp.ReverseProxy.Forwarder;

namespace OnePlatform.Gateway.Proxy;

/// <summary>Sends a small body together with its headers. YARP flushes the headers first, and the service would wake up once for each.</summary>
internal sealed class WholeBodies : ForwarderHttpClientFactory
{
    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
        => new Handler { InnerHandler = base.WrapHandler(context, handler) };

    private sealed class Handler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => request.Content is { Headers.ContentLength: <= BodyLimits.Small } body
                ? SendWholeAsync(request, body, cancellationToken)
                : base.SendAsync(request, cancellationToken);

        private async Task<HttpResponseMessage> SendWholeAsync(HttpRequestMessage request, HttpContent body, CancellationToken cancellationToken)
        {
            await body.LoadIntoBufferAsync(cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
