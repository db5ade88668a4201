using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Things;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Contact;

/// <param name="Wait">How long until the sender may try again.</param>
internal sealed record ContactOutcome(ContactReceived? Received, TimeSpan? Wait = null, ProblemHttpResult? Problem = null);

/// <summary>Keeps messages of strangers as things, so many an hour from one address, whichever instance they reach.</summary>
internal sealed class ContactStore(
    NpgsqlDataSource dataSource, TenantScope scope, PlatformGroup platform, ThingRules rules, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin,
    IOptions<ContactOptions> options, TimeProvider clock)
{
    public const string Type = "contact_submission";

    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    /// <param name="caller">Null for a stranger, whose message is the platform's.</param>
    /// <param name="request">The form.</param>
    /// <param name="address">The sender's.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    public async Task<ContactOutcome> SendAsync(
        Caller? caller, SendContactRequest request, IPAddress? address, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!string.IsNullOrEmpty(request.Website))
        {
            return new ContactOutcome(new ContactReceived(Guid.CreateVersion7(now), now));
        }

        var groupId = caller?.GroupId ?? options.Value.GroupId ?? PlatformGroup.Id;
        if (groupId == PlatformGroup.Id)
        {
            await platform.EnsureAsync(cancellationToken);
        }

        scope.ActIn(groupId);
        var sender = ClientNetwork.Of(address);
        var properties = JsonSerializer.SerializeToElement(
            new
            {
                request.Name,
                request.Email,
                request.Phone,
                Subject = request.Subject ?? "",
                request.Message,
                SubmittedAt = now.ToUnixTimeMilliseconds(),
                IpAddress = sender,
                Status = "new",
            },
            ApiJson.Options);
        var checkedThing = rules.Check(Type, request.Name ?? request.Email, properties, externalId: null, strict: false);
        return checkedThing.Faults.Count > 0
            ? new ContactOutcome(null, Problem: Problems.Invalid(
                [.. checkedThing.Faults.Select(f => f with { Pointer = f.Pointer.Replace("/properties", "", StringComparison.Ordinal) })]))
            : await StoreAsync(
                new ThingResponse(
                    Guid.CreateVersion7(now), groupId, Type, request.Name ?? request.Email, properties, ThingStatus.Active, null, caller?.Id, 1, now, now),
                request, sender, cancellationToken);
    }

    private async Task<ContactOutcome> StoreAsync(
        ThingResponse thing, SendContactRequest request, string sender, CancellationToken cancellationToken)
    {
        var limit = await quotas.AskAsync(thing.GroupId, Quota.Things, 1, cancellationToken);
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await WaitAsync(connection, thing.GroupId, sender, thing.CreatedAt, cancellationToken) is { } wait)
        {
            return new ContactOutcome(null, wait);
        }

        if (await QuotaGate.RefuseAsync(connection, thing.GroupId, Quota.Things, 1, limit, cancellationToken) is { } full)
        {
            return new ContactOutcome(null, Problem: full);
        }

        await using var batch = new NpgsqlBatch(connection);
        var submitted = OutboxMessage.For(ThingEvents.Submitted(thing, request.Email, request.Subject, origin.Current));
        var insert = ThingInsert.Of([new NewThing(thing, IsComplete: true, submitted)]);
        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        if (insert.Rows == 0)
        {
            return new ContactOutcome(null, Problem: ThingProblems.GroupArchived());
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
        return new ContactOutcome(new ContactReceived(thing.Id, thing.CreatedAt));
    }

    /// <summary>One sender's messages are counted one after the other, so that many at once are not one too many.</summary>
    /// <returns>Null when the sender may go on.</returns>
    private async Task<TimeSpan?> WaitAsync(
        NpgsqlConnection connection, Guid groupId, string sender, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_advisory_xact_lock(hashtextextended('contact/' || $1::text || '/' || $2, 0))")
        {
            Parameters = { new() { Value = groupId }, new() { Value = sender } },
        });
        var count = new NpgsqlBatchCommand(
            $"""
             select count(*), min(created_at) from (
                 select created_at from things
                 where group_id = @group_id and type = '{Type}' and created_at > @since and properties @> @sender
                 order by created_at desc limit @most) latest
             """);
        count.Parameters.AddUuid("group_id", groupId);
        count.Parameters.AddTime("since", now - s_window);
        count.Parameters.AddJson("sender", JsonSerializer.Serialize(new { IpAddress = sender }, ApiJson.Options));
        count.Parameters.Add(new NpgsqlParameter<int>("most", options.Value.PerHour));
        batch.BatchCommands.Add(count);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt64(0) < options.Value.PerHour ? null : row.GetFieldValue<DateTimeOffset>(1) + s_window - now;
    }
}
