namespace OnePlatform.AppHost.Local.Output;

/// <summary>Everything a resource writes goes to its file; services are heard on the console too; the last lines are kept for reports.</summary>
internal sealed class ResourceLog : IDisposable
{
    private const int Kept = 200;
    private const long RotatedAt = 5_000_000;

    private readonly Lock _gate = new();
    private readonly Queue<string> _tail = [];
    private readonly StreamWriter _file;
    private readonly Action<string>? _echo;
    private bool _closed;

    public ResourceLog(string file, Action<string>? echo)
    {
        if (File.Exists(file) && new FileInfo(file).Length > RotatedAt)
        {
            File.Move(file, $"{file}.1", overwrite: true);
        }

        _file = new StreamWriter(file, append: true) { AutoFlush = true };
        _echo = echo;
    }

    public bool IsEchoed => _echo is not null;

    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_gate)
            {
                return [.. _tail];
            }
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            // A reader of the last run may still deliver a line while the platform stops.
            if (_closed)
            {
                return;
            }

            _file.WriteLine(line);
            _tail.Enqueue(line);
            if (_tail.Count > Kept)
            {
                _tail.Dequeue();
            }
        }

        _echo?.Invoke(line);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}
