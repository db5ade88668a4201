using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>Tells the owners of a group, by mail, what happens to its keys.</summary>
internal sealed class KeyNotices(IdentityDb db, MailQueue mails)
{
    /// <summary>Adds the mails to the unit of work, which from here on acts as the system: mails and accounts belong to no group.</summary>
    public async Task AddAsync(string kind, ApiKey key, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var owner = RoleNames.NameOf(Role.GroupOwner);
        var owners = await db.Memberships
            .Where(m => m.GroupId == key.GroupId && m.Active && m.Role == owner)
            .Join(db.Users.Where(u => u.DeletedAt == null), m => m.PersonId, u => u.Id, (_, user) => user)
            .ToListAsync(cancellationToken);
        foreach (var person in owners)
        {
            mails.Add(kind, person.Email, person.Id, about: $"\u201c{key.Name}\u201d ({key.Prefix}…)");
        }
    }
}
