using System.Reflection;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>Gathers the lines of the events that are published into few messages for the log.</summary>
internal sealed class LogBatches(TimeProvider clock)
{
    // Far under what the broker takes, and little to hold for the one who reads many at once.
    private const int LargestBatch = 256 * 1024;

    private const string Own = "OnePlatform.";

    private static readonly string s_process = Short(Assembly.GetEntryAssembly()?.GetName().Name);

    private readonly List<LinesLogged> _full = [];
    private List<LoggedLines> _open = [];
    private int _size;

    /// <param name="size">Length of the event as JSON.</param>
    public void Add(ILoggedEvent logged, int size)
    {
        if (logged.Log.Count == 0)
        {
            return;
        }

        if (_open.Count > 0 && _size + size > LargestBatch)
        {
            Close();
        }

        _open.Add(new LoggedLines(SourceOf(logged.GetType()), logged.Origin, logged.Log));
        _size += size;
    }

    public IReadOnlyList<LinesLogged> All()
    {
        if (_open.Count > 0)
        {
            Close();
        }

        return _full;
    }

    private void Close()
    {
        var now = clock.GetUtcNow();
        _full.Add(new LinesLogged(Guid.CreateVersion7(now), now, _open));
        (_open, _size) = ([], 0);
    }

    /// <summary><c>OnePlatform.Ontology.Contracts</c> is Ontology's; <c>OnePlatform.Contracts</c> is everybody's.</summary>
    private static string SourceOf(Type contract)
        => contract.Namespace?.Split('.') is ["OnePlatform", var service, "Contracts", ..] ? service.ToLowerInvariant() : s_process;

    private static string Short(string? assembly)
        => (assembly?.StartsWith(Own, StringComparison.Ordinal) == true ? assembly[Own.Length..] : "platform").ToLowerInvariant();
}
