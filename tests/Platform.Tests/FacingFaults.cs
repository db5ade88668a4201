using System.Diagnostics;
using System.Net;
using Npgsql;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;
using StackExchange.Redis;

namespace OnePlatform.Platform.Tests;

/// <summary>P8 where nothing dies: parts that hang, forget, or take no more. What was accepted is there afterwards, once.</summary>
[Collection(BreakablePlatform.Name)]
[Trait("Proof", "P8")]
public sealed class FacingFaults(BreakablePlatformFixture fixture)
{
    private LocalPlatform Platform => fixture.Platform;

    [Theory]
    [InlineData(ResourceNames.Events)]
    [InlineData(ResourceNames.Knowledge)]
    [InlineData(ResourceNames.RabbitMQ)]
    [InlineData(ResourceNames.Redis)]
    public async Task While_a_part_hangs_things_are_made_and_afterwards_recorded(string part)
    {
        using var client = fixture.WithKey(fixture.DemoKey);
        Guid id;
        await Platform.PauseAsync(part);
        try
        {
            id = await CreateAsync(client, $"while {part} hangs", once: part != ResourceNames.Redis);
        }
        finally
        {
            await Platform.ResumeAsync(part);
        }

        await RecordedOnceAsync(client, id);
    }

    [Fact]
    public async Task What_is_asked_while_PostgreSQL_hangs_is_answered_when_it_goes_on()
    {
        using var client = fixture.WithKey(fixture.DemoKey);
        await CreateAsync(client, "before");
        await Platform.PauseAsync(ResourceNames.Postgres);
        Task<Guid> asked;
        try
        {
            asked = CreateAsync(client, "asked of a server that hangs");
            Assert.NotSame(asked, await Task.WhenAny(asked, Task.Delay(TimeSpan.FromSeconds(1))));
        }
        finally
        {
            await Platform.ResumeAsync(ResourceNames.Postgres);
        }

        await RecordedOnceAsync(client, await asked);
    }

    [Fact]
    public async Task A_clean_restart_of_PostgreSQL_is_over_by_itself()
    {
        using var client = fixture.WithKey(fixture.DemoKey);
        var before = await CreateAsync(client, "before the restart");
        await Platform.StopResourceAsync(ResourceNames.Postgres);
        using (var refused = await client.GetAsync(new Uri($"/api/things/{before}", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter is not null, "It does not say when to come again.");
        }

        await Platform.StartResourceAsync(ResourceNames.Postgres);
        await Platform.WaitUntilReadyAsync(Eventually.Deadline);

        await RecordedOnceAsync(client, before);
    }

    [Fact]
    public async Task What_Redis_forgets_is_looked_up_again_and_what_was_revoked_stays_revoked()
    {
        var tenant = await fixture.NewTenantAsync("flushed");
        using var revoked = fixture.WithKey(tenant.Key);
        await CreateAsync(revoked, "made with a key that ends");
        using var person = fixture.Anonymous();
        person.DefaultRequestHeaders.Authorization = new("Bearer", tenant.AccessToken);
        await person.SendAsync(HttpMethod.Delete, $"/api/api-keys/{tenant.KeyId}");
        await person.SendAsync(HttpMethod.Post, "/api/auth/signout");
        await Eventually.TrueAsync(async () => await StatusAsync(revoked) == HttpStatusCode.Unauthorized && await StatusAsync(person) == HttpStatusCode.Unauthorized);

        await using (var redis = await ConnectionMultiplexer.ConnectAsync($"{Platform.ConnectionString(ResourceNames.Redis)},allowAdmin=true"))
        {
            await redis.GetServers()[0].FlushAllDatabasesAsync();
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(revoked));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(person));
        using var client = fixture.WithKey(fixture.DemoKey);
        await RecordedOnceAsync(client, await CreateAsync(client, "after the flush"));
    }

    [Fact]
    public async Task A_Redis_without_room_refuses_nobody()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{Platform.ConnectionString(ResourceNames.Redis)},allowAdmin=true");
        await redis.GetServers()[0].ConfigSetAsync("maxmemory", "1");
        try
        {
            using var client = fixture.WithKey(fixture.DemoKey);
            await RecordedOnceAsync(client, await CreateAsync(client, "without room in Redis", once: false));
        }
        finally
        {
            await redis.GetServers()[0].ConfigSetAsync("maxmemory", "0");
        }
    }

    [Theory]
    [InlineData("set_vm_memory_high_watermark absolute 1", "set_vm_memory_high_watermark 0.6")]
    [InlineData("set_disk_free_limit 1000000GB", "set_disk_free_limit 50MB")]
    public async Task While_the_broker_has_no_memory_or_disk_left_things_are_made_and_afterwards_recorded(string alarm, string relief)
    {
        using var client = fixture.WithKey(fixture.DemoKey);
        Guid id;
        await BrokerAsync(alarm);
        try
        {
            id = await CreateAsync(client, "under an alarm");
            Assert.True(await WaitingAsync() > 0, "The broker took the event in spite of its alarm.");
        }
        finally
        {
            await BrokerAsync(relief);
        }

        await RecordedOnceAsync(client, id);
    }

    private async Task<long> WaitingAsync()
    {
        await using var ontology = NpgsqlDataSource.Create($"{Platform.ConnectionString(ResourceNames.Postgres)};Database={ResourceNames.OntologyDb};Pooling=false");
        return (long)(await ontology.CreateCommand("select count(*) from outbox").ExecuteScalarAsync())!;
    }

    /// <summary>Runs RabbitMQ's own tool in the environment of the running broker, which says node, port and cookie.</summary>
    private async Task BrokerAsync(string command)
    {
        var start = new ProcessStartInfo("/usr/lib/rabbitmq/bin/rabbitmqctl", command.Split(' ')) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{Platform.ProcessId(ResourceNames.RabbitMQ)}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            start.Environment[variable.Split('=', 2)[0]] = variable.Split('=', 2)[1];
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await errors);
    }

    private static async Task<Guid> CreateAsync(HttpClient client, string name, bool once = true)
        => (await client.SendPatientlyAsync(HttpMethod.Post, "/api/things", new { type = "note", name }, once))["id"]!.GetValue<Guid>();

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative));
        return response.StatusCode;
    }

    private static Task RecordedOnceAsync(HttpClient client, Guid thing) => Eventually.SucceedsAsync(
        async () => Assert.Single((await client.SendAsync(HttpMethod.Get, $"/api/events/target/{thing}?type=entity_created"))["results"]!.AsArray()));
}
