using System.Collections.Concurrent;
using System.Collections.Immutable;
using OnePlatform.Identity.ApiKeys;

namespace OnePlatform.Identity.Exchange;

internal enum UsedCredential
{
    ApiKey,
    Session,
}

/// <param name="Networks">That the uses came from; of many, the first ones.</param>
internal sealed record Uses(DateTimeOffset LastAt, string? LastIp, long Count, ImmutableHashSet<string> Networks);

/// <summary>Remembers when credentials were last used, so that not every request writes.</summary>
internal sealed class LastUses
{
    private const int MostNetworks = 32;
    private ConcurrentDictionary<(UsedCredential Kind, Guid Id), Uses> _uses = new();

    public void Note(UsedCredential kind, Guid id, DateTimeOffset at, string? ip)
    {
        var network = kind == UsedCredential.ApiKey ? KeyNetwork.Of(ip) : null;
        _uses.AddOrUpdate(
            (kind, id),
            _ => new Uses(at, ip, 1, network is null ? [] : [network]),
            (_, known) => new Uses(
                at, ip, known.Count + 1, network is null || known.Networks.Count >= MostNetworks ? known.Networks : known.Networks.Add(network)));
    }

    /// <summary>Everything since the last time, which is forgotten here. A use noted at this very moment may be lost.</summary>
    public IReadOnlyDictionary<(UsedCredential Kind, Guid Id), Uses> TakeAll()
        => Interlocked.Exchange(ref _uses, new ConcurrentDictionary<(UsedCredential, Guid), Uses>());
}
