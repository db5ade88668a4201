using Aspire.Hosting.ApplicationModel;
using OnePlatform.AppHost.Local.Running;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class InjectingNames
{
    private static readonly PostgresServerResource s_postgres = new("postgres") { Port = 5001, Password = "p/w" };

    public static TheoryData<string, string[]> Servers => new()
    {
        {
            "postgres",
            [
                "ConnectionStrings__postgres=Host=127.0.0.1;Port=5001;Username=postgres;Password=p/w",
                "POSTGRES_HOST=127.0.0.1", "POSTGRES_PORT=5001", "POSTGRES_USERNAME=postgres", "POSTGRES_PASSWORD=p/w",
                "POSTGRES_URI=postgresql://postgres:p%2Fw@127.0.0.1:5001",
                "POSTGRES_JDBCCONNECTIONSTRING=jdbc:postgresql://127.0.0.1:5001",
            ]
        },
        {
            "ontology-db",
            [
                "ConnectionStrings__ontology-db=Host=127.0.0.1;Port=5001;Username=postgres;Password=p/w;Database=ontology-db",
                "ONTOLOGY_DB_HOST=127.0.0.1", "ONTOLOGY_DB_PORT=5001", "ONTOLOGY_DB_USERNAME=postgres", "ONTOLOGY_DB_PASSWORD=p/w",
                "ONTOLOGY_DB_URI=postgresql://postgres:p%2Fw@127.0.0.1:5001/ontology-db",
                "ONTOLOGY_DB_JDBCCONNECTIONSTRING=jdbc:postgresql://127.0.0.1:5001/ontology-db",
                "ONTOLOGY_DB_DATABASENAME=ontology-db",
            ]
        },
        {
            "redis",
            [
                "ConnectionStrings__redis=127.0.0.1:5002,password=r/w",
                "REDIS_HOST=127.0.0.1", "REDIS_PORT=5002", "REDIS_PASSWORD=r/w", "REDIS_URI=redis://:r%2Fw@127.0.0.1:5002",
            ]
        },
        {
            "rabbitmq",
            [
                "ConnectionStrings__rabbitmq=amqp://guest:q%2Fw@127.0.0.1:5003",
                "RABBITMQ_HOST=127.0.0.1", "RABBITMQ_PORT=5003", "RABBITMQ_USERNAME=guest", "RABBITMQ_PASSWORD=q/w",
                "RABBITMQ_URI=amqp://guest:q%2Fw@127.0.0.1:5003",
            ]
        },
        { "qdrant", [] },
        {
            "events",
            [
                "services__events__http__0=http://localhost:5004", "services__events__admin__0=http://localhost:5005",
                "EVENTS_HTTP=http://localhost:5004", "EVENTS_ADMIN=http://localhost:5005",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public void A_reference_injects_the_names_and_values_that_Aspire_injects(string referenced, string[] expected)
    {
        var project = new ProjectResource("ontology", "Ontology.csproj");
        project.References.Add(Resource(referenced));

        var added = InjectedEnvironment.Of(project).Select(variable => $"{variable.Key}={variable.Value}")
            .Where(variable => !variable.StartsWith("OTEL_", StringComparison.Ordinal))
            .Except(["ASPNETCORE_URLS=", "DOTNET_LAUNCH_PROFILE="]);

        Assert.Equal(expected.Order(StringComparer.Ordinal), added.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_service_listens_on_its_endpoints_and_reports_under_its_own_name()
    {
        var variables = InjectedEnvironment.Of((ProjectResource)Resource("events"));

        Assert.Equal("http://localhost:5004;http://localhost:5005", variables["ASPNETCORE_URLS"]);
        Assert.Equal("events", variables["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", variables["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Equal("in_memory", variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"]);
    }

    private static IResource Resource(string name)
    {
        var events = new ProjectResource("events", "Events.csproj");
        events.Endpoints.AddRange([new HttpEndpoint("http", null) { Port = 5004 }, new HttpEndpoint("admin", null) { Port = 5005 }]);
        return name switch
        {
            "postgres" => s_postgres,
            "ontology-db" => new PostgresDatabaseResource("ontology-db", s_postgres),
            "redis" => new RedisResource("redis") { Port = 5002, Password = "r/w" },
            "rabbitmq" => new RabbitMQServerResource("rabbitmq") { Port = 5003, Password = "q/w" },
            "qdrant" => new QdrantServerResource("qdrant"),
            _ => events,
        };
    }
}
