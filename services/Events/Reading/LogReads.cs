using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OnePlatform.Contracts;
using OnePlatform.Events.Recording;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Reading;

/// <summary>Notes in a log that an owner looked into it: the first time in a while, not each page.</summary>
internal sealed class LogReads(LogWriter writer, LogReadSamples samples, RequestOrigin origin, TimeProvider clock)
{
    public const string Type = "events_read";

    /// <param name="scope">self, subtree or platform.</param>
    public async Task NoteAsync(Caller caller, Guid group, string scope, CancellationToken cancellationToken)
    {
        if (caller.Role < Role.GroupOwner || !samples.IsFirst(caller.Id, group, scope))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var line = new LogLine(
            Guid.CreateVersion7(now), group, Type, now, group, "group",
            JsonSerializer.SerializeToElement(new { EntityType = "event", Scope = scope }, ApiJson.Options));
        await writer.RecordAsync([LogEntry.From(line, origin.Current, "events", now)], cancellationToken);
    }
}

/// <summary>Who read what lately, on this instance.</summary>
internal sealed class LogReadSamples(IOptions<ReadingOptions> options, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(Guid Caller, Guid Group, string Scope), DateTimeOffset> _until = new();

    public bool IsFirst(Guid caller, Guid group, string scope)
    {
        if (options.Value.Window == TimeSpan.Zero)
        {
            return false;
        }

        var (now, key) = (clock.GetUtcNow(), (caller, group, scope));
        if (_until.TryGetValue(key, out var until) ? until > now || !_until.TryUpdate(key, now + options.Value.Window, until) : !_until.TryAdd(key, now + options.Value.Window))
        {
            return false;
        }

        if (_until.Count > Most)
        {
            foreach (var old in _until.Where(u => u.Value <= now))
            {
                _until.TryRemove(old);
            }
        }

        return true;
    }
}
