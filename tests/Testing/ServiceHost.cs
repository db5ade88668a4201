using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OnePlatform.Testing;

/// <summary>A service as it runs in production, in the process of the tests: its own Program, real database, real tokens.</summary>
/// <typeparam name="TProgram">The service's Program.</typeparam>
/// <param name="clock">In place of the system's time.</param>
public class ServiceHost<TProgram>(IReadOnlyDictionary<string, string?> settings, TimeProvider? clock = null) : WebApplicationFactory<TProgram>
    where TProgram : class
{
    /// <summary>A port nobody listens on: the broker is away, and the service must not mind.</summary>
    public const string NoBroker = "amqp://guest:guest@127.0.0.1:9";

    private string? _url;

    /// <summary>Starts it on a socket, for clients that are programs of their own and for what only a real connection shows.</summary>
    /// <param name="port">0 for any that is free.</param>
    public Uri Listen(int port = 0)
    {
        // Not by UseKestrel(port): that sets the address while Program's own thread may have started the server, and throws then.
        _url = $"http://127.0.0.1:{port}";
        UseKestrel();
        StartServer();
        return ClientOptions.BaseAddress;
    }

    public HttpClient ClientWith(string accessToken)
    {
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        if (clock is not null)
        {
            builder.ConfigureTestServices(services => services.AddSingleton(clock));
        }
    }

    protected override IHost CreateHost(IHostBuilder builder)
    {
        // Host configuration, so that it stands before Program reads it.
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(settings));
        if (_url is not null)
        {
            builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection([new(WebHostDefaults.ServerUrlsKey, _url)]));
        }

        return base.CreateHost(builder);
    }
}
