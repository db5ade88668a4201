using System.Collections.Concurrent;

namespace OnePlatform.Identity.Exchange;

internal enum UsedCredential
{
    ApiKey,
    Session,
}

internal sealed record Uses(DateTimeOffset LastAt, string? LastIp, long Count);

/// <summary>Remembers when credentials were last used, so that not every request writes.</summary>
internal sealed class LastUses
{
    private ConcurrentDictionary<(UsedCredential Kind, Guid Id), Uses> _uses = new();

    public void Note(UsedCredential kind, Guid id, DateTimeOffset at, string? ip)
        => _uses.AddOrUpdate((kind, id), new Uses(at, ip, 1), (_, known) => new Uses(at, ip, known.Count + 1));

    /// <summary>Everything since the last time, which is forgotten here. A use noted at this very moment may be lost.</summary>
    public IReadOnlyDictionary<(UsedCredential Kind, Guid Id), Uses> TakeAll()
        => Interlocked.Exchange(ref _uses, new ConcurrentDictionary<(UsedCredential, Guid), Uses>());
}
