using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Ontology.Contact;

/// <param name="Email">Where to answer.</param>
/// <param name="Message">At most 5,000 characters.</param>
/// <param name="Website">No part of the form that people see: whoever fills it in is a robot, and is thanked for nothing.</param>
public sealed record SendContactRequest(
    [property: Required, EmailAddress, StringLength(320)] string Email,
    [property: Required, StringLength(5000, MinimumLength = 1)] string Message,
    [property: StringLength(200)] string? Subject = null,
    [property: StringLength(200)] string? Name = null,
    [property: StringLength(40)] string? Phone = null,
    [property: StringLength(2000)] string? Website = null);

/// <param name="Id">Of the submission; its owner finds it at <c>/api/contact/{id}</c>.</param>
public sealed record ContactReceived(Guid Id, DateTimeOffset SubmittedAt);
