using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

/// <param name="RedirectUris">Where people are sent back to, compared character by character: https, or http on a loopback address.</param>
/// <param name="Scopes">What it may ask for; who it is about (openid, profile, email, offline_access) may always be asked.</param>
/// <param name="Public">Runs where it can keep no secret: a browser, a phone.</param>
/// <param name="Trusted">The platform's own: people are not asked for consent.</param>
/// <param name="GroupId">It may act for itself in this group, with its own credentials; not when it is public.</param>
public sealed record CreateOidcClientRequest(
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [MaxLength(20)] IReadOnlyList<string>? RedirectUris = null,
    [MaxLength(20)] IReadOnlyList<string>? PostLogoutRedirectUris = null,
    [MaxLength(50)] IReadOnlyList<string>? Scopes = null,
    bool Public = false,
    bool Trusted = false,
    Guid? GroupId = null);

/// <summary>What is absent stays as it is. Whether it is public, and its group, are for good.</summary>
public sealed record UpdateOidcClientRequest(
    [StringLength(200, MinimumLength = 1)] string? Name = null,
    [MaxLength(20)] IReadOnlyList<string>? RedirectUris = null,
    [MaxLength(20)] IReadOnlyList<string>? PostLogoutRedirectUris = null,
    [MaxLength(50)] IReadOnlyList<string>? Scopes = null,
    bool? Trusted = null);

public sealed record OidcClientListResponse(IReadOnlyList<OidcClientResponse> Items);

/// <param name="Configured">Comes from the configuration and is changed there only.</param>
public sealed record OidcClientResponse(
    Guid Id,
    string ClientId,
    string Name,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    IReadOnlyList<string> Scopes,
    bool Public,
    bool Trusted,
    Guid? GroupId,
    bool Configured,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>In the answer that makes it and never again.</summary>
    public string? ClientSecret { get; init; }
}
