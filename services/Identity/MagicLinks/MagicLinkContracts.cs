using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.MagicLinks;

/// <param name="ReturnTo">Where the confirm page leads on to: a path, or an address of a trusted origin.</param>
public sealed record MagicLinkRequest([Required, StringLength(320)] string Email, [StringLength(2000)] string? ReturnTo = null);

/// <summary>The token of the link, or the address and the six digits beside it.</summary>
public sealed record MagicLinkVerifyRequest(
    [StringLength(200)] string? Token = null, [StringLength(320)] string? Email = null, [StringLength(20)] string? Code = null);
