using System.Net;
using System.Net.Http.Json;
using Npgsql;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;

namespace OnePlatform.Ontology.Tests;

/// <summary>What the database cannot do now is 503 with Retry-After, whichever way the statement came to it; no fault of ours, and none of the request.</summary>
[Trait("Proof", "P8")]
public sealed class LackingTheDatabase(OntologyHost host) : IClassFixture<OntologyHost>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await host.Database.ScalarAsync<int>(
            """
            create or replace function fail_as_named() returns trigger language plpgsql as $$ begin
                raise exception 'as the test wants it' using errcode = split_part(new.name, ' ', 2); end $$
            """);
        foreach (var table in new[] { "things", "groups" })
        {
            await host.Database.ScalarAsync<int>(
                $"create or replace trigger fail_as_named before insert on {table} for each row when (new.name like 'failing %') execute function fail_as_named()");
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("53100", false)] // disk full
    [InlineData("57P02", true)] // crashed
    [InlineData("58030", false)] // unable to read
    [InlineData("XX000", false)] // unable to let anybody in, on a full disk
    public async Task A_thing_is_refused_until_it_can_be_kept(string state, bool mayBeThere)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = $"failing {state}" });
        Unavailable(answer, mayBeThere);
    }

    [Theory]
    [InlineData("58P01")] // a file that is gone
    [InlineData("XX000")]
    public async Task So_is_what_Entity_Framework_stores(string state)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/groups", new { slug = $"f-{Guid.NewGuid():N}"[..20], name = $"failing {state}", type = "business" });
        Unavailable(answer, mayHaveActed: false);
    }

    [Fact]
    public async Task Where_the_line_breaks_it_may_be_there_and_where_there_is_none_it_is_not()
    {
        var server = new NpgsqlConnectionStringBuilder(host.Database.ConnectionString);
        await using var line = new SlowLine(server.Host!, server.Port);
        var throughIt = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = line.Port };
        await using var instance = host.InstanceWith(("ConnectionStrings:ontologydb", throughIt.ConnectionString));
        var tenant = await host.TenantAsync();
        using var client = instance.ClientWith(host.Tokens.ForPerson(tenant.Person, tenant.Group, Role.GroupOwner));
        using var first = await client.GetAsync("/api/things");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        await using var held = new NpgsqlConnection(host.Database.ConnectionString);
        await held.OpenAsync();
        await using var holding = await held.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("lock table outbox in exclusive mode", held, holding);
        await hold.ExecuteNonQueryAsync();
        var asked = client.PostAsJsonAsync("/api/things", new { type = "note", name = "on its way" });
        await Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%into things%'") > 0,
            otherwise: () => asked.IsCompleted ? asked.Result.ToString() : "It does not wait.");
        line.Cut();

        using var answer = await asked;
        await holding.RollbackAsync();
        Unavailable(answer, mayHaveActed: true);
        await Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>("select count(*) from things where name = 'on its way'") == 1);

        await line.DisposeAsync();
        using var unreachable = await client.PostAsJsonAsync("/api/things", new { type = "note", name = "never sent" });
        Unavailable(unreachable, mayHaveActed: false);
    }

    private static void Unavailable(HttpResponseMessage answer, bool mayHaveActed)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(mayHaveActed, answer.Headers.Contains(Outcome.Header));
    }
}
