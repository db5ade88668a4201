namespace Aspire.Hosting.ApplicationModel;

/// <summary>A native server. Port and password are given to it when the platform starts.</summary>
internal abstract class ServerResource(string name) : IResource
{
    public const string Host = "127.0.0.1";

    public string Name { get; } = name;

    public int Port { get; set; }

    public string Password { get; set; } = "";

    protected string Authority => $"{Host}:{Port}";

    /// <summary>The URI forms percent-encode, the key=value forms do not.</summary>
    protected string UriPassword => Uri.EscapeDataString(Password);
}

internal sealed class PostgresServerResource(string name) : ServerResource(name), IResourceWithConnectionString
{
    public const string UserName = "postgres";

    public string ConnectionString => $"Host={Host};Port={Port};Username={UserName};Password={Password}";

    public IReadOnlyDictionary<string, string> ConnectionProperties => Properties(path: "");

    public Dictionary<string, string> Properties(string path) => new()
    {
        ["HOST"] = Host,
        ["PORT"] = $"{Port}",
        ["USERNAME"] = UserName,
        ["PASSWORD"] = Password,
        ["URI"] = $"postgresql://{UserName}:{UriPassword}@{Authority}{path}",
        ["JDBCCONNECTIONSTRING"] = $"jdbc:postgresql://{Authority}{path}",
    };
}

internal sealed class PostgresDatabaseResource(string name, PostgresServerResource parent) : IResourceWithConnectionString
{
    public string Name { get; } = name;

    public PostgresServerResource Parent { get; } = parent;

    public string ConnectionString => $"{Parent.ConnectionString};Database={Name}";

    public IReadOnlyDictionary<string, string> ConnectionProperties
        => new Dictionary<string, string>(Parent.Properties($"/{Name}")) { ["DATABASENAME"] = Name };
}

internal sealed class RedisResource(string name) : ServerResource(name), IResourceWithConnectionString
{
    public string ConnectionString => $"{Authority},password={Password}";

    public IReadOnlyDictionary<string, string> ConnectionProperties => new Dictionary<string, string>
    {
        ["HOST"] = Host,
        ["PORT"] = $"{Port}",
        ["PASSWORD"] = Password,
        ["URI"] = $"redis://:{UriPassword}@{Authority}",
    };
}

internal sealed class RabbitMQServerResource(string name) : ServerResource(name), IResourceWithConnectionString
{
    public const string UserName = "guest";

    public string ConnectionString => $"amqp://{UserName}:{UriPassword}@{Authority}";

    public IReadOnlyDictionary<string, string> ConnectionProperties => new Dictionary<string, string>
    {
        ["HOST"] = Host,
        ["PORT"] = $"{Port}",
        ["USERNAME"] = UserName,
        ["PASSWORD"] = Password,
        ["URI"] = ConnectionString,
    };
}

/// <summary>Has no native server: nothing is injected for it, and Knowledge then uses its built-in index.</summary>
internal sealed class QdrantServerResource(string name) : IResource
{
    public string Name { get; } = name;
}
