using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Gateway.Documents;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Gateway.Tests;

/// <summary>A gateway in front of the stub platform, with a real Redis and, unless stated, no broker.</summary>
public sealed class GatewayHost : IAsyncLifetime
{
    // Any public type of the gateway's assembly; another assembly in reach has a Program too.
    private readonly List<ServiceHost<HealthResponse>> _gateways = [];

    public const string NobodyListens = "http://127.0.0.1:9";

    public StubPlatform Platform { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public ServiceHost<HealthResponse> Gateway => _gateways[0];

    public async Task InitializeAsync()
    {
        Platform = await StubPlatform.StartAsync();
        Client = (await AddGatewayAsync()).CreateClient();
    }

    public async Task<ServiceHost<HealthResponse>> AddGatewayAsync(
        string? redis = null, string? broker = null, TimeSpan? silence = null, TimeProvider? clock = null, params (string Name, string Value)[] settings)
    {
        var configured = new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = redis ?? await TestServers.RedisAsync(),
            ["ConnectionStrings:rabbitmq"] = broker ?? ServiceHost<HealthResponse>.NoBroker,
            ["Proxy:Silence"] = (silence ?? TimeSpan.FromSeconds(100)).ToString("c"),
            ["services:identity:http:0"] = Platform.Address,
            ["services:ontology:http:0"] = Platform.Address,
            ["services:events:http:0"] = Platform.Address,
            ["services:knowledge:http:0"] = NobodyListens,
        };
        foreach (var (name, value) in settings)
        {
            configured[name] = value;
        }

        var gateway = new ServiceHost<HealthResponse>(configured, clock);
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>One that listens on a port, for what only a real connection shows.</summary>
    public async Task<Uri> AddListeningGatewayAsync(params (string Name, string Value)[] settings)
        => (await AddGatewayAsync(settings: settings)).Listen();

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
        => SendAsync(Client, method, path, headers);

    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await client.SendAsync(request);
    }

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonObject>())!;

    public async Task DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        await Platform.DisposeAsync();
    }
}
