using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

[Trait("Proof", "P1")]
public sealed class IsolatingTenants(WebhooksHost host) : IClassFixture<WebhooksHost>
{
    [Theory]
    [InlineData("events", 1)]
    [InlineData("event_counts", 1)]
    [InlineData("event_count_sums", 2)]
    [InlineData("group_positions", 1)]
    [InlineData("event_retention", 1)]
    [InlineData("webhooks", 1)]
    [InlineData("webhook_deliveries", 1)]
    [InlineData("webhook_cursors", 0)]
    [InlineData("incoming", 0)]
    [InlineData("events_rest", 0)]
    [InlineData("outbox", 0)]
    public async Task A_query_that_forgot_its_group_sees_only_the_callers_rows(string table, int expected)
    {
        var (ours, theirs) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var group in new[] { ours, theirs })
        {
            using var client = host.ClientIn(group);
            var (url, got) = host.Receiver.Open();
            await WebhooksHost.CreateAsync(client, url);
            (await client.PutAsync("/api/events/retention", new StringContent("{}", null, "application/json"))).EnsureSuccessStatusCode();
            await host.RecordAsync(EventsHost.Line(group));
            await Receiver.GetsAsync(got, 1);
        }

        Assert.Equal(expected, await CountAsync(table, scope => scope.ActIn(ours)));
        Assert.Equal(0, await CountAsync(table, _ => { }));
    }

    [Fact]
    public async Task A_request_cannot_write_into_another_groups_log()
    {
        var scope = new TenantScope();
        scope.ActIn(Guid.NewGuid());
        foreach (var sql in new[]
        {
            "insert into group_positions (group_id, last) values (gen_random_uuid(), 1)",
            "insert into event_count_sums (group_id, hours, slot, type, count) values (gen_random_uuid(), 1, now(), 'x.a', 1)",
            "insert into event_retention (group_id, legal_hold, updated_at) values (gen_random_uuid(), true, now())",
            "insert into incoming (id, group_id, type, source, actor_kind, occurred_at, recorded_at, metadata) "
                + "values (gen_random_uuid(), gen_random_uuid(), 'x.a', 's', 'system', now(), now(), '{}')",
        })
        {
            await using var batch = host.Services.GetRequiredService<NpgsqlDataSource>().CreateTenantBatch(scope);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            var refused = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private async Task<long> CountAsync(string table, Action<TenantScope> act)
    {
        var scope = new TenantScope();
        act(scope);
        await using var batch = host.Services.GetRequiredService<NpgsqlDataSource>().CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select count(*) from {table}"));
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }
}
