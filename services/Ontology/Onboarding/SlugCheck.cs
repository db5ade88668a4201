using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;

namespace OnePlatform.Ontology.Onboarding;

/// <summary>Whether a slug is free. Slugs are unique on the platform, so this looks at every group, and tells nothing else of it.</summary>
internal sealed class SlugCheck(OntologyDb db)
{
    public async Task<SlugAvailability> CheckAsync(string slug, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return await db.Groups.AnyAsync(g => g.Slug == slug, cancellationToken)
            ? new SlugAvailability(slug, Available: false, Slugs.WithSuffix(slug))
            : new SlugAvailability(slug, Available: true);
    }
}
