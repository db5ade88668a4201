using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace OnePlatform.Knowledge.Chats;

/// <summary>Answers that are being written by this instance, for clients that come back for them.</summary>
internal sealed class ChatStreams
{
    private readonly ConcurrentDictionary<(Guid Group, string Chat), ChatStream> _active = new();

    /// <returns>Null while another answer of the chat is being written.</returns>
    public ChatStream? Begin(Guid group, string chat, Guid owner)
    {
        var stream = new ChatStream(owner, ended => _active.TryRemove(new KeyValuePair<(Guid, string), ChatStream>((group, chat), ended)));
        if (_active.TryAdd((group, chat), stream))
        {
            return stream;
        }

        stream.Dispose();
        return null;
    }

    public ChatStream? Find(Guid group, string chat, Guid owner)
        => _active.TryGetValue((group, chat), out var stream) && stream.Owner == owner ? stream : null;
}

/// <summary>The lines of one answer, from its first to the last written so far, and a way to stop it.</summary>
internal sealed class ChatStream(Guid owner, Action<ChatStream> ended) : IDisposable
{
    private readonly List<string> _lines = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isWhole;

    public Guid Owner => owner;

    public CancellationToken Stopped => _stop.Token;

    public void Add(string lines)
    {
        lock (_lines)
        {
            _lines.Add(lines);
            Wake();
        }
    }

    public void Stop()
    {
        lock (_lines)
        {
            if (!_isWhole)
            {
                _stop.Cancel();
            }
        }
    }

    /// <summary>All lines from the beginning, until the answer is whole.</summary>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ;)
        {
            Task more;
            string[] lines;
            bool isWhole;
            lock (_lines)
            {
                (lines, more, isWhole) = ([.. _lines.Skip(next)], _more.Task, _isWhole);
            }

            foreach (var line in lines)
            {
                yield return line;
            }

            next += lines.Length;
            if (isWhole)
            {
                yield break;
            }

            await more.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_lines)
        {
            _isWhole = true;
            Wake();
        }

        ended(this);
        _stop.Dispose();
    }

    private void Wake()
    {
        var more = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        more.SetResult();
    }
}
