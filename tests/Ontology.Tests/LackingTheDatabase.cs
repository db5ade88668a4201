using System.Net;
using System.Net.Http.Json;

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
    [InlineData("53100")] // disk full
    [InlineData("57P02")] // crashed
    [InlineData("58030")] // unable to read
    [InlineData("XX000")] // unable to let anybody in, on a full disk
    public async Task A_thing_is_refused_until_it_can_be_kept(string state)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = $"failing {state}" });
        Unavailable(answer);
    }

    [Theory]
    [InlineData("58P01")] // a file that is gone
    [InlineData("XX000")]
    public async Task So_is_what_Entity_Framework_stores(string state)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsJsonAsync("/api/groups", new { slug = $"f-{Guid.NewGuid():N}"[..20], name = $"failing {state}", type = "business" });
        Unavailable(answer);
    }

    private static void Unavailable(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }
}
