using System.Net;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Limits;

/// <summary>
/// The limits of clients without a credential, remembered while they call, so that what was leased for an address serves its next
/// request too. Bounded: an address that finds no place any more is asked for each time, as the first was.
/// </summary>
internal sealed class AddressBuckets(IOptions<LimitOptions> options, TimeProvider clock) : IDisposable
{
    private const int MostAddresses = 50_000;
    private readonly MemoryCache _sets = new(new MemoryCacheOptions { SizeLimit = MostAddresses });

    public BucketSet Of(IPAddress? address)
    {
        var network = ClientNetwork.Of(address);
        return _sets.TryGetValue(network, out BucketSet? known)
            ? known!
            : _sets.Set(network, BucketSet.For(network, options.Value.Address, clock), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Lease.Lifetime * 10 });
    }

    public void Dispose() => _sets.Dispose();
}
