using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Profile;

internal enum RenamingOutcome
{
    Renamed,
    Invalid,
    ChangedMeanwhile,
}

internal sealed class Renaming(IdentityDb db, RequestOrigin origin, TimeProvider clock)
{
    public async Task<RenamingOutcome> RenameAsync(Session session, User user, string name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl))
        {
            return RenamingOutcome.Invalid;
        }

        user.Name = name.Trim();
        user.Change(clock.GetUtcNow());
        var line = AuthLog.Line(user.UpdatedAt, "user_updated", session.GroupId, user.Id, new { field = "name" });
        db.Publish(new UserChanged(Guid.CreateVersion7(user.UpdatedAt), user.UpdatedAt, origin.Current.By(user.Id), [line], user.Snapshot()));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return RenamingOutcome.Renamed;
        }
        catch (DbUpdateConcurrencyException)
        {
            return RenamingOutcome.ChangedMeanwhile;
        }
    }
}
