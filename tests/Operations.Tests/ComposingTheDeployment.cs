using System.Diagnostics;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace OnePlatform.Operations.Tests;

/// <summary><c>deploy/compose.yaml</c>, read as Compose reads it.</summary>
public sealed partial class ComposingTheDeployment : IDisposable
{
    private readonly Map _compose = Read(Repository.Read("deploy", "compose.yaml"));
    private readonly string _folder = Directory.CreateTempSubdirectory("secrets").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_member_is_one_that_Compose_knows() => Assert.Empty(ComposeSchema.FaultsOf(_compose));

    [Theory]
    [InlineData("restart: unless-stopped", "restrat: unless-stopped", "services.front.restrat")]
    [InlineData("condition: service_healthy", "condition: healthy", "services.identity.depends_on.redis.condition")]
    [InlineData("internal: true", "intern: true", "networks.inside.intern")]
    [InlineData("{ file: ./compose/secrets/postgres_password }", "{ path: ./compose/secrets/postgres_password }", "secrets.postgres_password.path")]
    public void A_member_that_Compose_does_not_know_is_found(string right, string wrong, string fault)
        => Assert.Contains(fault, ComposeSchema.FaultsOf(Read(Repository.Read("deploy", "compose.yaml").Replace(right, wrong, StringComparison.Ordinal))));

    [Fact]
    public void Every_environment_variable_of_our_processes_is_one_they_read()
        => Assert.DoesNotContain(Ours().SelectMany(s => Part(s.Service, "environment").Keys).Cast<string>(), name => !EnvironmentNames.IsRead(name));

    [Fact]
    public void Every_secret_of_our_processes_is_a_setting_they_read()
        => Assert.DoesNotContain(Ours().SelectMany(s => Names(s.Service, "secrets")), name => !EnvironmentNames.IsRead(name));

    [Fact]
    public void Every_secret_is_a_file_that_the_script_makes_and_each_is_different()
    {
        MakeSecrets();
        var declared = Part(_compose, "secrets").ToDictionary(s => (string)s.Key, s => (string)((Map)s.Value)["file"]);
        Assert.Equal(Services().SelectMany(s => Names(s.Service, "secrets")).Distinct().Order(StringComparer.Ordinal), declared.Keys.Order(StringComparer.Ordinal));
        Assert.All(declared, secret => Assert.Equal($"./compose/secrets/{secret.Key}", secret.Value));
        Assert.All(declared.Keys, name => Assert.True(File.Exists(Path.Combine(_folder, name)), $"make-secrets makes no {name}."));
        var random = new[] { "Identity__KeyEncryptionSecret", "Querying__CursorKey", "Webhooks__EncryptionSecret", "postgres_password", "redis_password", "rabbitmq_password", "qdrant_key" }
            .Select(name => File.ReadAllText(Path.Combine(_folder, name))).ToList();
        Assert.All(random, text => Assert.Equal(40, text.Length));
        Assert.Equal(random.Count, random.Distinct().Count());
    }

    [Fact]
    public void Secrets_that_are_there_are_kept()
    {
        MakeSecrets();
        var before = Directory.GetFiles(_folder).ToDictionary(file => file, File.ReadAllText);
        MakeSecrets();
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
    }

    [Fact]
    public void Knowledge_searches_in_Qdrant_when_that_is_asked_for()
    {
        var connection = Path.Combine(_folder, "ConnectionStrings__qdrant");
        MakeSecrets();
        Assert.Empty(File.ReadAllText(connection));

        MakeSecrets("qdrant");

        var key = File.ReadAllText(Path.Combine(_folder, "qdrant_key"));
        Assert.Equal($"Endpoint=http://qdrant:6333;Key={key}", File.ReadAllText(connection));
        Assert.Contains($"api_key: {key}\n", File.ReadAllText(Path.Combine(_folder, "qdrant.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_stands_in_the_file()
    {
        var given = Services().SelectMany(s => Part(s.Service, "environment")).Where(e => SecretName().IsMatch((string)e.Key)).Select(e => $"{e.Key}={e.Value}");
        Assert.Empty(given);
    }

    [Fact]
    public void Every_variable_of_the_example_is_one_the_file_reads_and_none_is_a_secret()
    {
        var text = Repository.Read("deploy", "compose.yaml");
        var variables = Repository.Read("deploy", "env.example").Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => line.Split('=')[0]).ToList();

        Assert.Contains("PUBLIC_HOST", variables);
        Assert.DoesNotContain(variables, v => !text.Contains($"${{{v}:-", StringComparison.Ordinal) || SecretName().IsMatch(v));
    }

    [Fact]
    public void Whatever_a_service_waits_for_mounts_or_joins_is_there()
    {
        var services = Services().Select(s => s.Name).ToHashSet();
        foreach (var (name, service) in Services())
        {
            Assert.Empty(Part(service, "depends_on").Keys.Cast<string>().Except(services));
            Assert.Empty(Names(service, "networks").Except(Part(_compose, "networks").Keys.Cast<string>()));
            foreach (var source in Names(service, "volumes").Select(v => v.Split(':')[0]))
            {
                Assert.True(source[0] == '.' ? Path.Exists(Repository.Path("deploy", source)) : Part(_compose, "volumes").ContainsKey(source), $"{name} mounts {source}, which is not there.");
            }
        }
    }

    [Fact]
    public void Each_service_that_owns_a_database_starts_after_its_migration()
    {
        foreach (var database in DatabaseName().Matches(Repository.Read("deploy", "compose", "databases.sql")).Select(m => m.Groups[1].Value))
        {
            var services = Services().ToDictionary(s => s.Name, s => s.Service);
            Assert.Equal("service_completed_successfully", (string)((Map)Part(services[database], "depends_on")[$"{database}-migrate"])["condition"]);
            Assert.Equal(["--migrate"], Names(services[$"{database}-migrate"], "command"));
            Assert.Contains($"ConnectionStrings__{database}db", Names(services[$"{database}-migrate"], "secrets"));
            Assert.Equal((string)services[database]["image"], (string)services[$"{database}-migrate"]["image"]);
        }
    }

    [Fact]
    public void Our_processes_are_built_of_projects_that_are_there_and_only_the_front_is_reached()
    {
        foreach (var (_, service) in Ours().Where(s => s.Service.ContainsKey("build")))
        {
            var project = (string)Part(Part(service, "build"), "args")["PROJECT"];
            Assert.Single(Directory.GetFiles(Repository.Path(project), "*.csproj"));
        }

        Assert.Equal(["front"], Services().Where(s => s.Service.ContainsKey("ports")).Select(s => s.Name));
        Assert.All(Ours(), s => Assert.Equal("true", (string)s.Service["read_only"]));
    }

    private void MakeSecrets(params string[] more)
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Repository.Path("deploy", "compose", "make-secrets"), _folder, .. more]) { RedirectStandardError = true })!;
        var errors = script.StandardError.ReadToEnd();
        script.WaitForExit();
        Assert.True(script.ExitCode == 0, errors);
    }

    private static Map Read(string text) => new DeserializerBuilder().Build().Deserialize<Map>(new MergingParser(new Parser(new StringReader(text))));

    private IEnumerable<(string Name, Map Service)> Services() => Part(_compose, "services").Select(s => ((string)s.Key, (Map)s.Value));

    private IEnumerable<(string Name, Map Service)> Ours() => Services().Where(s => ((string)s.Service["image"]).StartsWith("oneplatform/", StringComparison.Ordinal));

    private static Map Part(Map map, string name) => map.GetValueOrDefault(name) as Map ?? [];

    private static List<string> Names(Map map, string name) => map.GetValueOrDefault(name) is List<object> list ? [.. list.Cast<string>()] : [];

    [GeneratedRegex("create database (\\w+)db;")]
    private static partial Regex DatabaseName();

    [GeneratedRegex("(Password|Secret|Key|ConnectionStrings.*)$")]
    private static partial Regex SecretName();
}
