using MassTransit;
using Npgsql;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Memberships;

/// <summary>Keeps the copy of the memberships. Events come in any order and more than once; the version decides.</summary>
internal sealed class KeepMemberships(NpgsqlDataSource dataSource, TenantScope scope, MembershipArrivals arrivals, TimeProvider clock)
    : IConsumer<MembershipsChanged>
{
    private const string Upsert =
        """
        insert into memberships (group_id, person_id, role, permissions, active, version) values ($1, $2, $3, $4, $5, $6)
        on conflict (group_id, person_id) do update set
            role = excluded.role, permissions = excluded.permissions, active = excluded.active, version = excluded.version
        where memberships.version < excluded.version
        """;

    public async Task Consume(ConsumeContext<MembershipsChanged> context)
    {
        // An event may tell of several groups, and comes from the platform itself.
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var membership in context.Message.Memberships)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Upsert)
            {
                Parameters =
                {
                    new() { Value = membership.GroupId },
                    new() { Value = membership.PersonId },
                    new() { Value = membership.Role },
                    new() { Value = membership.Permissions.ToArray() },
                    new() { Value = membership.Active },
                    new() { Value = membership.Version },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(context.CancellationToken);
        foreach (var membership in context.Message.Memberships)
        {
            arrivals.Announce(membership.PersonId);
        }

        await context.TellOfStandingsAsync(clock, people: context.Message.Memberships.Select(membership => membership.PersonId));
    }
}
