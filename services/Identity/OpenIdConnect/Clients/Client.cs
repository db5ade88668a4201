using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore.Models;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <summary>An application that people let in, or that acts for itself in a group.</summary>
internal sealed class Client : OpenIddictEntityFrameworkCoreApplication<Guid, ClientAuthorization, ClientToken>
{
    /// <summary>The group it acts in with its own credentials; null when it acts for people only.</summary>
    public Guid? GroupId { get; set; }

    /// <summary>Who registered it; null when the configuration did.</summary>
    public Guid? RegisteredBy { get; set; }

    /// <summary>Kept in step with the configuration, and not to be changed otherwise.</summary>
    public bool Configured { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A consent that a person gave (permanent), or the family of tokens that descends from one code (ad hoc).</summary>
internal sealed class ClientAuthorization : OpenIddictEntityFrameworkCoreAuthorization<Guid, Client, ClientToken>;

/// <summary>What is known of a code, access or refresh token: whose, until when, spent or withdrawn. Payloads are encrypted.</summary>
internal sealed class ClientToken : OpenIddictEntityFrameworkCoreToken<Guid, Client, ClientAuthorization>;

/// <summary>Scopes are fixed by the platform; the library asks for a table all the same.</summary>
internal sealed class ClientScope : OpenIddictEntityFrameworkCoreScope<Guid>;

internal sealed class ClientConfiguration : IEntityTypeConfiguration<Client>,
    IEntityTypeConfiguration<ClientAuthorization>, IEntityTypeConfiguration<ClientToken>, IEntityTypeConfiguration<ClientScope>
{
    public void Configure(EntityTypeBuilder<Client> builder) => builder.ToTable("oidc_clients");

    public void Configure(EntityTypeBuilder<ClientAuthorization> builder) => builder.ToTable("oidc_authorizations");

    public void Configure(EntityTypeBuilder<ClientToken> builder) => builder.ToTable("oidc_tokens");

    public void Configure(EntityTypeBuilder<ClientScope> builder) => builder.ToTable("oidc_scopes");
}
