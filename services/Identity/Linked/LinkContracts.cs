using System.ComponentModel.DataAnnotations;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Linked;

/// <summary>The ways in that the person has.</summary>
public sealed record LinkedAccountsResponse(IReadOnlyList<LinkedAccountResponse> Items);

/// <param name="Provider"><c>credential</c> for a password.</param>
/// <param name="AccountId">The person's id there.</param>
/// <param name="CreatedAt">When it was linked.</param>
public sealed record LinkedAccountResponse(string Provider, string AccountId, DateTimeOffset CreatedAt);

/// <param name="ReturnTo">Where the provider's page leads on to: a path, or an address of a trusted origin.</param>
/// <param name="Password">Needed unless the session is fresh.</param>
public sealed record LinkAccountRequest([StringLength(2000)] string? ReturnTo = null, [StringLength(PasswordInput.Longest)] string? Password = null);

/// <param name="Url">The provider's page, for the browser that asked.</param>
public sealed record LinkAccountResponse(Uri Url);

/// <param name="Password">Needed unless the session is fresh.</param>
public sealed record UnlinkAccountRequest([StringLength(PasswordInput.Longest)] string? Password = null);
