using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Contracts;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Secrets;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.ApiKeys;

internal abstract record KeyOutcome
{
    private KeyOutcome()
    {
    }

    /// <param name="Text">The key itself, where one was made.</param>
    public sealed record Done(ApiKey Key, string? Text = null) : KeyOutcome;

    public sealed record Absent : KeyOutcome;

    public sealed record Invalid(IReadOnlyList<ProblemError> Errors) : KeyOutcome;

    /// <param name="What">The member of the request that goes beyond what the maker may give.</param>
    public sealed record Wider(string What) : KeyOutcome;

    /// <summary>The key that asks was revoked or has expired.</summary>
    public sealed record Ended(string Code, string Detail) : KeyOutcome;

    public sealed record Conflict(string Code, string Detail) : KeyOutcome;

    public sealed record Stale : KeyOutcome;
}

/// <summary>Makes and changes the API keys of the acting group.</summary>
internal sealed class ApiKeyStore(
    IdentityDb db, DerivedKeys secrets, KeyNotices notices, KeyRevocations revocations, RequestOrigin origin, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(24);

    public Task<bool> RequiresIfMatchAsync(Guid groupId, CancellationToken cancellationToken) => db.RequiresIfMatchAsync(groupId, cancellationToken);

    public Task<ApiKey?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
        => db.ApiKeys.FirstOrDefaultAsync(k => k.GroupId == groupId && k.Id == id, cancellationToken);

    public Task<ApiKey?> FindByTextAsync(Guid groupId, string text, CancellationToken cancellationToken)
    {
        var hash = secrets.HashOfApiKey(text);
        return db.ApiKeys.FirstOrDefaultAsync(k => k.GroupId == groupId && k.Hash == hash, cancellationToken);
    }

    public async Task<KeyOutcome> CreateAsync(Guid groupId, Caller caller, CreateApiKeyRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var maker = await FindKeyAsync(AskingKeyOf(caller), cancellationToken);
        var (grants, errors) = KeyGrants.Read(request, maker, now);
        if (grants is null)
        {
            return new KeyOutcome.Invalid(errors);
        }

        var (key, text) = Make(groupId, request.Name.Trim(), grants, caller.PersonId ?? caller.Id, maker?.Id, now);
        db.ApiKeys.Add(key);
        db.Publish(new ApiKeyCreated(
            Guid.CreateVersion7(now), now, origin.Current, [KeyLog.Line(now, "api_key_created", key, Facts(key))], key.Id, groupId));
        await notices.AddAsync(MailKinds.ApiKeyMade, key, cancellationToken);
        return await SaveAsync(key, caller, cancellationToken, text);
    }

    public async Task<KeyOutcome> UpdateAsync(
        ApiKey key, Caller caller, UpdateApiKeyRequest request, CancellationToken cancellationToken)
    {
        List<ProblemError> errors = [.. DisplayNames.Check(request.Name), .. KeyGrants.CheckScopes(request.Scopes)];
        if (errors.Count > 0)
        {
            return new KeyOutcome.Invalid(errors);
        }

        var now = clock.GetUtcNow();
        var before = (key.Name, key.Scopes, Limit: new KeyRateLimit(key.RateRequests, key.RateBurst));
        key.Name = request.Name?.Trim() ?? key.Name;
        key.Scopes = request.Scopes is null ? key.Scopes : [.. request.Scopes.Distinct(StringComparer.Ordinal)];
        (key.RateRequests, key.RateBurst) = request.RateLimit is { } limit ? (limit.Requests, limit.Burst) : (key.RateRequests, key.RateBurst);

        // The key that made it bounds what it may become, besides the key that asks now.
        if (await FindKeyAsync(key.MadeByKeyId, cancellationToken) is { } maker && KeyGrants.Of(key).WiderThan(KeyGrants.Of(maker)) is { } what)
        {
            return new KeyOutcome.Wider(what);
        }

        (key.UpdatedAt, key.Version) = (now, key.Version + 1);
        var changes = new Dictionary<string, FieldChange>();
        Note(changes, "name", before.Name, key.Name);
        Note(changes, "scopes", before.Scopes, key.Scopes);
        Note(changes, "rateLimit", before.Limit, new KeyRateLimit(key.RateRequests, key.RateBurst));
        TellChanged(KeyLog.Line(now, "api_key_updated", key, new { name = key.Name }, changes), key.Id, now);
        return await SaveAsync(key, caller, cancellationToken);
    }

    public async Task<KeyOutcome> RotateAsync(ApiKey key, Caller caller, int? graceSeconds, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (key.StatusAt(now) is not "active" and var status)
        {
            return new KeyOutcome.Conflict("key_not_active", $"The key is {status}; only an active key can be rotated.");
        }

        var maker = await FindKeyAsync(key.MadeByKeyId, cancellationToken);
        var life = key.ExpiresAt - key.CreatedAt;
        var expiresAt = maker is not null && maker.ExpiresAt < now + life ? maker.ExpiresAt : now + life;
        var grants = KeyGrants.Of(key) with { ExpiresAt = expiresAt };
        var (next, text) = Make(key.GroupId, key.Name, grants, key.CreatedBy, key.MadeByKeyId, now);
        db.ApiKeys.Add(next);
        var end = now + (graceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : s_grace);
        key.ExpiresAt = end < key.ExpiresAt ? end : key.ExpiresAt;
        (key.ReplacedById, key.UpdatedAt, key.Version) = (next.Id, now, key.Version + 1);
        await notices.AddAsync(MailKinds.ApiKeyRotated, next, cancellationToken);
        TellChanged(KeyLog.Line(now, "api_key_rotated", next, new { name = next.Name, replaces = key.Id, oldKeyEndsAt = key.ExpiresAt }), key.Id, now);
        return await SaveAsync(next, caller, cancellationToken, text, replaced: key);
    }

    /// <summary>Ends the key and every key that it or one of those has made.</summary>
    public async Task<KeyOutcome> RevokeAsync(ApiKey key, CancellationToken cancellationToken)
    {
        if (key.RevokedAt is not null)
        {
            return new KeyOutcome.Done(key);
        }

        return await AtOnceAsync(
            async () =>
            {
                await revocations.EndAsync([key], cancellationToken);
                return new KeyOutcome.Done(key);
            },
            cancellationToken);
    }

    /// <summary>
    /// Saves what the key that asks may give, as it is at that moment. Whoever ends or rotates that key waits for this, and then finds
    /// what was made by it.
    /// </summary>
    private Task<KeyOutcome> SaveAsync(
        ApiKey key, Caller caller, CancellationToken cancellationToken, string? text = null, ApiKey? replaced = null) => AtOnceAsync(
        async () =>
        {
            var locked = await db.LockAsync([AskingKeyOf(caller), replaced?.MadeByKeyId, replaced?.Id], cancellationToken);
            if (locked.FirstOrDefault(k => k.Id == AskingKeyOf(caller)) is { } asking)
            {
                if (asking.EndAt(clock.GetUtcNow()) is var (code, detail))
                {
                    return new KeyOutcome.Ended(code, detail);
                }

                if (asking.Id != replaced?.Id && KeyGrants.Of(key).WiderThan(KeyGrants.Of(asking)) is { } what)
                {
                    return new KeyOutcome.Wider(what);
                }
            }

            if (replaced is not null)
            {
                // The keys it has made live on under its successor.
                await db.ApiKeys.Where(k => k.MadeByKeyId == replaced.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(k => k.MadeByKeyId, key.Id).SetProperty(k => k.Version, k => k.Version + 1), cancellationToken);
            }

            return new KeyOutcome.Done(key, text);
        },
        cancellationToken);

    // The save comes last: what is tried again after a deadlock has not been saved yet.
    private async Task<KeyOutcome> AtOnceAsync(Func<Task<KeyOutcome>> change, CancellationToken cancellationToken)
    {
        // The key that asks may belong to an ancestor, and the keys it has made to groups below; the acting group sees neither.
        db.Scope.ActAsSystem();
        try
        {
            return await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var outcome = await change();
                if (outcome is KeyOutcome.Done)
                {
                    await db.SaveChangesAsync(cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                }

                return outcome;
            });
        }
        catch (DbUpdateConcurrencyException)
        {
            return new KeyOutcome.Stale();
        }
    }

    private void TellChanged(LogLine line, Guid keyId, DateTimeOffset now)
        => db.Publish(new ApiKeysChanged(Guid.CreateVersion7(now), now, origin.Current, [line], [keyId]));

    private static Guid? AskingKeyOf(Caller caller) => caller.Kind == Caller.KeyKind ? caller.Id : null;

    private async Task<ApiKey?> FindKeyAsync(Guid? id, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return null;
        }

        // A key that acts below its own group belongs to an ancestor, which the acting group does not see.
        var groups = db.Scope.Groups;
        db.Scope.ActAsSystem();
        var key = await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(k => k.Id == id, cancellationToken);
        db.Scope.ActIn(groups);
        return key;
    }

    private (ApiKey Key, string Text) Make(Guid groupId, string name, KeyGrants grants, Guid createdBy, Guid? maker, DateTimeOffset now)
    {
        var text = ApiKeyText.New(options.Value.KeyEnvironment);
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            GroupId = groupId,
            Name = name,
            Hash = secrets.HashOfApiKey(text),
            Prefix = text[..ApiKeyText.PrefixLength],
            Scopes = [.. grants.Scopes],
            Subtree = grants.Subtree,
            RateRequests = grants.RateLimit.Requests,
            RateBurst = grants.RateLimit.Burst,
            IpAllow = [.. grants.IpAllow],
            CreatedBy = createdBy,
            MadeByKeyId = maker,
            CreatedAt = now,
            UpdatedAt = now,
            ExpiresAt = grants.ExpiresAt,
        };
        return (key, text);
    }

    private static object Facts(ApiKey key) => new { name = key.Name, prefix = key.Prefix, scopes = key.Scopes, expiresAt = key.ExpiresAt };

    private static void Note<T>(Dictionary<string, FieldChange> changes, string field, T from, T to)
    {
        var (before, after) = (JsonSerializer.SerializeToElement(from, ApiJson.Options), JsonSerializer.SerializeToElement(to, ApiJson.Options));
        if (!JsonElement.DeepEquals(before, after))
        {
            changes[field] = new FieldChange(before, after);
        }
    }
}
