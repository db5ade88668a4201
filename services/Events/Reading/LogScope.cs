using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Data;
using OnePlatform.Events.Recording;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Reading;

/// <summary>Whose log a request reads: the acting group's, its sub-tree's, or the platform's own.</summary>
internal sealed class LogScope(EventsDb db, LogReads reads)
{
    /// <returns>The group that cursors belong to, or why the caller may not read.</returns>
    public async Task<(Guid Group, ProblemHttpResult? Refusal)> EnterAsync(ListQuery query, Caller caller, CancellationToken cancellationToken)
    {
        switch (query[EventLists.Platform])
        {
            case null or "false":
                break;
            case "true" when caller.Role == Role.PlatformOwner:
                db.Scope.ActIn(LogEntry.PlatformGroup);
                await reads.NoteAsync(caller, LogEntry.PlatformGroup, "platform", cancellationToken);
                return (LogEntry.PlatformGroup, null);
            case "true":
                return (default, Problems.Forbidden(
                    ProblemCodes.InsufficientRole, $"The platform's own log needs the role '{RoleNames.NameOf(Role.PlatformOwner)}'."));
            default:
                return (default, Problems.Invalid("/platform", "invalid_parameter", "platform takes one of false, true."));
        }

        if (caller.GroupId is not { } group)
        {
            return (default, NoGroup());
        }

        if (query.Scope == ListScope.Subtree)
        {
            await db.WidenToSubtreeAsync(cancellationToken);
        }

        await reads.NoteAsync(caller, group, query.Scope == ListScope.Subtree ? "subtree" : "self", cancellationToken);
        return (group, null);
    }

    public static ProblemHttpResult NoGroup() => Problems.Forbidden("no_acting_group", "The credential acts in no group; switch to one first.");
}
