using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Accounts;

internal static class AccountLocksEndpoints
{
    public static void MapAccountLocks(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/auth/users/{id:guid}/lock").WithTags("Authentication").Access(null, Role.PlatformOwner).RequireSession();
        users.MapPut("/", Close).WithName("LockAccount").WithSummary("Closes an account and ends its sessions")
            .WithDescription("No way in opens until the lock is taken away. API keys that the person made go on. Nobody can lock themselves out.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapDelete("/", Open).WithName("UnlockAccount").WithSummary("Opens a closed account again")
            .WithDescription("The person signs in anew; ended sessions stay ended.");
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Close(Guid id, Caller caller, AccountLocks locks, CancellationToken cancellationToken)
    {
        if (id == caller.PersonId)
        {
            return Problems.Conflict("own_account", "Nobody can close their own account to themselves.");
        }

        return await locks.CloseAsync(id, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();
    }

    private static async Task<Results<NoContent, NotFound>> Open(Guid id, AccountLocks locks, CancellationToken cancellationToken)
        => await locks.OpenAsync(id, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound();
}
