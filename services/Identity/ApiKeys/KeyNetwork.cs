using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>A network that a key was used from.</summary>
internal sealed class KeyNetwork
{
    public required Guid KeyId { get; init; }

    /// <summary>A /24 of IPv4 or a /48 of IPv6, in CIDR notation.</summary>
    public required string Network { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>So wide that a provider's own changes of address are no news.</summary>
    /// <returns>Null for what is no address.</returns>
    public static string? Of(string? ip)
    {
        if (!IPAddress.TryParse(ip, out var address))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = address.GetAddressBytes();
        var length = address.AddressFamily == AddressFamily.InterNetworkV6 ? 48 : 24;
        bytes.AsSpan(length / 8).Clear();
        return $"{new IPAddress(bytes)}/{length}";
    }
}

internal sealed class KeyNetworkConfiguration : IEntityTypeConfiguration<KeyNetwork>
{
    public void Configure(EntityTypeBuilder<KeyNetwork> builder)
    {
        builder.ToTable("api_key_networks");
        builder.HasKey(n => new { n.KeyId, n.Network });
        builder.Property(n => n.Network).HasMaxLength(64);
        builder.HasOne<ApiKey>().WithMany().HasForeignKey(n => n.KeyId).OnDelete(DeleteBehavior.Cascade);
    }
}
