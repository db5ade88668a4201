using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Ontology.Contact;

/// <summary>Where messages without a credential go, and how many; section <c>Contact</c>.</summary>
internal sealed class ContactOptions
{
    public const string Section = "Contact";

    /// <summary>The group that gets them; unless stated the platform's own, which is made with the first of them.</summary>
    public Guid? GroupId { get; set; }

    /// <summary>Messages an hour from one address to one group.</summary>
    [Range(1, 1_000_000)]
    public int PerHour { get; set; } = 5;
}
