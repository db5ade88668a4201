using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Profile;

internal enum RenamingOutcome
{
    Renamed,
    Invalid,
    ChangedMeanwhile,
}

internal sealed class Renaming(IdentityDb db, AuthLog log, TimeProvider clock)
{
    public async Task<RenamingOutcome> RenameAsync(Session session, User user, string name, CancellationToken cancellationToken)
    {
        if (!DisplayNames.IsGood(name))
        {
            return RenamingOutcome.Invalid;
        }

        user.Name = name.Trim();
        user.Change(clock.GetUtcNow());
        log.AddChange(user, "user_updated", new { field = "name" }, session.GroupId);
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
