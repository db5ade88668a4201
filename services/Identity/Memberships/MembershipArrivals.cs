using System.Collections.Concurrent;

namespace OnePlatform.Identity.Memberships;

/// <summary>
/// Lets a sign-up notice its membership at once when this instance hears of it. When another instance does, the wait ends at the
/// next look into the table.
/// </summary>
internal sealed class MembershipArrivals(TimeProvider clock)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    public void Announce(Guid person)
    {
        if (_waiting.TryRemove(person, out var arrival))
        {
            arrival.TrySetResult();
        }
    }

    /// <summary>Asks until there is an answer or the time is up; the last answer, null or not, is the result.</summary>
    public async Task<T?> WaitAsync<T>(Guid person, TimeSpan atMost, Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var deadline = clock.GetUtcNow() + atMost;
        try
        {
            while (true)
            {
                var arrival = _waiting.GetOrAdd(person, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                var answer = await ask();
                if (answer is not null || clock.GetUtcNow() >= deadline)
                {
                    return answer;
                }

                await Task.WhenAny(arrival, Task.Delay(s_look, clock, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _waiting.TryRemove(person, out _);
        }
    }
}
