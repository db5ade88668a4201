namespace OnePlatform.Identity.OAuth;

/// <summary>Whom a provider has told us of.</summary>
/// <param name="Provider">Its name here.</param>
/// <param name="Subject">The person's id there, which never changes.</param>
/// <param name="Email">As the provider spells it.</param>
/// <param name="EmailVerified">The provider vouches that the address is the person's.</param>
/// <param name="Name">For a new account.</param>
internal sealed record ExternalPerson(string Provider, string Subject, string? Email, bool EmailVerified, string? Name);

internal enum ProviderFault
{
    /// <summary>Does not answer, or answers that it cannot.</summary>
    Unavailable,

    /// <summary>Says no: the person declined, or the code was used before.</summary>
    Refused,

    /// <summary>What it answers cannot be believed.</summary>
    Invalid,
}

/// <summary>A provider did not do its part.</summary>
internal sealed class ProviderFailedException(ProviderFault fault, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public ProviderFault Fault => fault;
}
