namespace OnePlatform.Gateway.Idempotency;

/// <summary>Holds an answer back until it is kept; one that grows too large is let through and not kept.</summary>
internal sealed class AnswerBuffer(Stream client, int capacity) : Stream
{
    private readonly MemoryStream _held = new();

    /// <summary>The client has part of it already.</summary>
    public bool IsLetThrough { get; private set; }

    public ReadOnlyMemory<byte> Held => _held.GetBuffer().AsMemory(0, (int)_held.Length);

    public override bool CanRead => false;

    // So that an error page can replace what was written before it.
    public override bool CanSeek => !IsLetThrough;

    public override bool CanWrite => true;

    public override long Length => _held.Length;

    public override long Position
    {
        get => _held.Position;
        set => _held.Position = value;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsLetThrough && _held.Length + buffer.Length > capacity)
        {
            IsLetThrough = true;
            await client.WriteAsync(Held, cancellationToken);
        }

        if (IsLetThrough)
        {
            await client.WriteAsync(buffer, cancellationToken);
        }
        else
        {
            _held.Write(buffer.Span);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => IsLetThrough ? client.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void SetLength(long value) => _held.SetLength(value);

    public override long Seek(long offset, SeekOrigin origin) => _held.Seek(offset, origin);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Answers are written asynchronously.");
}
