using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect.Clients;

internal static class ClientsEndpoints
{
    public static void MapOidcClients(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/api/auth/oidc-clients").WithTags("OpenID Connect")
            .WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).Access(null, Role.PlatformOwner)
            .RequireSession().ProducesProblem(StatusCodes.Status401Unauthorized);
        clients.MapGet("/", List).WithName("ListOidcClients").WithSummary("The OpenID Connect clients");
        clients.MapGet("/{id:guid}", Get).WithName("GetOidcClient").WithSummary("One client, without its secret");
        clients.MapPost("/", Create).WithName("CreateOidcClient").WithSummary("Registers a client and shows its secret once");
        clients.MapPatch("/{id:guid}", Update).WithName("UpdateOidcClient").WithSummary("Changes name, addresses, scopes or trust");
        clients.MapPost("/{id:guid}/renew-secret", RenewSecret).WithName("RenewOidcClientSecret").WithSummary("Makes a new secret; the old one ends at once");
        clients.MapDelete("/{id:guid}", Remove).WithName("RemoveOidcClient").WithSummary("Removes a client and ends what people allowed it, everywhere within a second");
    }

    private static async Task<Ok<OidcClientListResponse>> List(ClientStore store, CancellationToken cancellationToken)
        => TypedResults.Ok(new OidcClientListResponse([.. (await store.ListAsync(cancellationToken)).Select(c => c.Respond())]));

    private static async Task<Results<Ok<OidcClientResponse>, NotFound>> Get(Guid id, ClientStore store, CancellationToken cancellationToken)
        => await store.FindAsync(id, cancellationToken) is { } client ? TypedResults.Ok(client.Respond()) : TypedResults.NotFound();

    private static async Task<Results<Created<OidcClientResponse>, ProblemHttpResult>> Create(
        CreateOidcClientRequest request, Caller caller, ClientStore store, CancellationToken cancellationToken)
    {
        var specification = new ClientSpecification(
            request.Name.Trim(), request.RedirectUris ?? [], request.PostLogoutRedirectUris ?? [], request.Scopes ?? [], request.Public, request.Trusted, request.GroupId);
        if (specification.Errors().ToList() is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var secret = request.Public ? null : ClientStore.NewSecret();
        var client = await store.CreateAsync(specification, clientId: null, secret, caller.Id, cancellationToken);
        return TypedResults.Created($"/api/auth/oidc-clients/{client.Id}", client.Respond() with { ClientSecret = secret });
    }

    private static async Task<Results<Ok<OidcClientResponse>, NotFound, ProblemHttpResult>> Update(
        Guid id, UpdateOidcClientRequest request, ClientStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } client)
        {
            return TypedResults.NotFound();
        }

        var now = client.Respond();
        var specification = new ClientSpecification(
            request.Name?.Trim() ?? now.Name,
            request.RedirectUris ?? now.RedirectUris,
            request.PostLogoutRedirectUris ?? now.PostLogoutRedirectUris,
            request.Scopes ?? now.Scopes,
            now.Public,
            request.Trusted ?? now.Trusted,
            now.GroupId);
        return client.Configured ? Configured()
            : specification.Errors().ToList() is { Count: > 0 } errors ? Problems.Invalid(errors)
            : await TryAsync(() => store.UpdateAsync(client, specification, cancellationToken)) is { } conflict ? conflict
            : TypedResults.Ok(client.Respond());
    }

    private static async Task<Results<Ok<OidcClientResponse>, NotFound, ProblemHttpResult>> RenewSecret(
        Guid id, ClientStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } client)
        {
            return TypedResults.NotFound();
        }

        if (client.Configured || client.ClientType == ClientTypes.Public)
        {
            return client.Configured ? Configured() : Problems.Conflict("public_client", "A public client has no secret.");
        }

        string? secret = null;
        return await TryAsync(async () => secret = await store.RenewSecretAsync(client, cancellationToken)) is { } conflict
            ? conflict
            : TypedResults.Ok(client.Respond() with { ClientSecret = secret });
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(Guid id, ClientStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } client)
        {
            return TypedResults.NotFound();
        }

        if (client.Configured)
        {
            return Configured();
        }

        await store.RemoveAsync(client, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<ProblemHttpResult?> TryAsync(Func<Task> change)
    {
        try
        {
            await change();
            return null;
        }
        catch (OpenIddictExceptions.ConcurrencyException)
        {
            return Problems.Conflict("client_changed", "The client was changed a moment ago. Read it again.");
        }
    }

    private static ProblemHttpResult Configured() => Problems.Conflict("client_configured", "This client comes from the configuration and is changed there.");
}
