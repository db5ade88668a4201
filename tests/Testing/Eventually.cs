using System.Diagnostics;

namespace OnePlatform.Testing;

/// <summary>Waits for a condition, with a deadline; never for a time.</summary>
public static class Eventually
{
    /// <summary>
    /// For whatever a test waits for. It shortens no test that passes; it must be long on a machine that starts platforms, builds and
    /// runs other tests on two cores meanwhile.
    /// </summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not null.</summary>
    /// <exception cref="TimeoutException">It stayed null.</exception>
    public static async Task<T> NotNullAsync<T>(Func<Task<T?>> ask, TimeSpan? deadline = null)
        where T : class
    {
        T? answer = null;
        await TrueAsync(async () => (answer = await ask()) is not null, deadline);
        return answer!;
    }

    /// <summary>Asks until the answer is true.</summary>
    /// <exception cref="TimeoutException">It stayed false; <paramref name="otherwise"/> says what was seen instead.</exception>
    public static async Task TrueAsync(Func<Task<bool>> ask, TimeSpan? deadline = null, Func<string>? otherwise = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await ask())
        {
            if (watch.Elapsed > (deadline ?? Deadline))
            {
                throw new TimeoutException(otherwise?.Invoke() ?? "The condition did not become true in time.");
            }

            await Task.Delay(s_pause);
        }
    }

    /// <summary>Tries until it does not throw; the last exception is the deadline's inner exception.</summary>
    public static async Task SucceedsAsync(Func<Task> attempt, TimeSpan? deadline = null)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (Exception exception) when (watch.Elapsed < (deadline ?? Deadline) && exception is not OutOfMemoryException)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
