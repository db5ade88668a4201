using System.Diagnostics.Metrics;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Where verdicts on credentials came from: the share that came from memory is what keeps Identity idle.</summary>
internal sealed class CredentialMetrics
{
    private readonly Counter<long> _lookups;

    public CredentialMetrics(IMeterFactory meters)
        => _lookups = meters.Create("OnePlatform.Gateway").CreateCounter<long>(
            "gateway.credentials.lookups", "{lookup}", "Verdicts on credentials, by where they came from: memory, redis or identity.");

    public void FromMemory() => Count("memory");

    public void FromRedis() => Count("redis");

    public void FromIdentity() => Count("identity");

    private void Count(string from) => _lookups.Add(1, new KeyValuePair<string, object?>("from", from));
}
