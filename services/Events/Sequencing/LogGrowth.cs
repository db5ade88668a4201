using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Sequencing;

/// <summary>
/// Wakes those who follow a group's log when it grows, whichever instance numbered the events. Only the wish to look travels
/// here, never an event, so that a listener costs a few hundred bytes however slow it is; what is new it reads from the table.
/// </summary>
internal sealed partial class LogGrowth(TenantSessions sessions, TimeProvider clock, ILogger<LogGrowth> logger) : BackgroundService
{
    /// <summary>To follow every group at once.</summary>
    public static readonly Guid AnyGroup = Guid.AllBitsSet;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Follower, bool>> _followers = new();

    /// <summary>Followers on this instance.</summary>
    public int Count => _followers.Where(f => f.Key != AnyGroup).Sum(f => f.Value.Count);

    public Follower Follow(Guid group)
    {
        var follower = new Follower(this, group);
        // An emptied set may just be on its way out of the dictionary; then the next turn finds or makes another.
        while (true)
        {
            var ofGroup = _followers.GetOrAdd(group, _ => new ConcurrentDictionary<Follower, bool>());
            lock (ofGroup)
            {
                if (_followers.TryGetValue(group, out var current) && ReferenceEquals(current, ofGroup))
                {
                    ofGroup[follower] = true;
                    return follower;
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogDeaf(exception);
                await Task.Delay(s_pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await sessions.OpenAsync(new TenantScope(), stoppingToken);
        connection.Notification += (_, call) => Wake(call.Payload);
        await using (var listen = new NpgsqlCommand($"listen {LogChannels.Grown}", connection))
        {
            await listen.ExecuteNonQueryAsync(stoppingToken);
        }

        // What grew while nobody listened here.
        foreach (var follower in _followers.Values.SelectMany(f => f.Keys))
        {
            follower.Wake();
        }

        while (true)
        {
            await connection.WaitAsync(stoppingToken);
        }
    }

    private void Wake(string payload)
    {
        if (payload.Split(' ') is [var group, ..] && Guid.TryParse(group, CultureInfo.InvariantCulture, out var id))
        {
            WakeOf(id);
            WakeOf(AnyGroup);
        }
    }

    private void WakeOf(Guid group)
    {
        if (_followers.TryGetValue(group, out var followers))
        {
            foreach (var follower in followers.Keys)
            {
                follower.Wake();
            }
        }
    }

    private void Forget(Follower follower, Guid group)
    {
        if (_followers.TryGetValue(group, out var ofGroup))
        {
            lock (ofGroup)
            {
                ofGroup.TryRemove(follower, out _);
                if (ofGroup.IsEmpty)
                {
                    _followers.TryRemove(new(group, ofGroup));
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not listening for growth of the log; followers see new events when this is over.")]
    private partial void LogDeaf(Exception exception);

    /// <summary>One who follows.</summary>
    internal sealed class Follower(LogGrowth growth, Guid group) : WakeUp, IDisposable
    {
        public void Dispose() => growth.Forget(this, group);
    }
}
