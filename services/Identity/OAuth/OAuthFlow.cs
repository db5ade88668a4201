using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.OAuth;

/// <summary>Somebody was sent to a provider and has not come back yet. Good for one return, in the same browser.</summary>
internal sealed class OAuthFlow
{
    public required byte[] StateHash { get; init; }

    /// <summary>Of the cookie: a link with a state that somebody else began signs nobody in.</summary>
    public required byte[] BrowserHash { get; init; }

    public required string Provider { get; init; }

    /// <summary><see cref="FlowSecrets"/>, sealed.</summary>
    public required byte[] Secrets { get; init; }

    public string? ReturnTo { get; init; }

    /// <summary>Set to link the provider to the person of this session instead of signing in.</summary>
    public Guid? SessionId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <param name="Verifier">PKCE, RFC 7636.</param>
/// <param name="Nonce">Ties the ID token to this sign-in.</param>
internal sealed record FlowSecrets(string Verifier, string Nonce);

internal sealed class OAuthFlowConfiguration : IEntityTypeConfiguration<OAuthFlow>
{
    public void Configure(EntityTypeBuilder<OAuthFlow> builder)
    {
        builder.ToTable("oauth_flows");
        builder.HasKey(f => f.StateHash);
        builder.Property(f => f.Provider).HasMaxLength(16);
        builder.Property(f => f.ReturnTo).HasMaxLength(2000);
        builder.HasIndex(f => f.ExpiresAt);
        builder.HasOne<Sessions.Session>().WithMany().HasForeignKey(f => f.SessionId).OnDelete(DeleteBehavior.Cascade);
    }
}
