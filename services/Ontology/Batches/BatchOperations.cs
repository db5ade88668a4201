using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.Ontology.Things;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Batches;

/// <summary>One operation, its references resolved.</summary>
internal sealed record BatchStep(Caller Caller, string? Target, JsonElement? Given, string? Tag, CancellationToken Cancellation)
{
    public Guid Id => Guid.TryParse(Target, out var id) ? id : throw new BatchStepException([new ProblemError("/target", "required", "This operation names the id of what it changes.")]);

    public IfMatch IfMatch => new(Tag);

    public ActingGroup Group => new(Caller, Caller.GroupId ?? throw new BatchStepException(
        [new ProblemError("", "no_group", "This credential acts in no group; switch to one first.")]));

    public JsonObjectBody Patch => JsonObjectBody.Parse(Given is { } given ? JsonMarshal.GetRawUtf8Value(given) : Encoding.UTF8.GetBytes("{}"));

    /// <summary>The body as the record the route takes, checked as the route would.</summary>
    public T Body<T>()
        where T : class
    {
        try
        {
            var value = (Given ?? JsonElement.Parse("{}")).Deserialize<T>(ApiJson.Options)
                ?? throw new BatchStepException([new ProblemError("/body", ProblemCodes.MalformedBody, "The body is not an object.")]);
            return PatchedBody.FaultsOf(value) is { Count: > 0 } faults
                ? throw new BatchStepException([.. faults.Select(f => f with { Pointer = $"/body{f.Pointer}" })])
                : value;
        }
        catch (JsonException json)
        {
            var pointer = json.Path is { Length: > 2 } path ? "/" + path[2..].Replace('.', '/') : "";
            throw new BatchStepException([new ProblemError($"/body{pointer}", ProblemCodes.MalformedBody, "The body is not of the documented shape at this place.")]);
        }
    }
}

internal sealed class BatchStepException(IReadOnlyList<ProblemError> errors) : Exception(errors[0].Detail)
{
    public IReadOnlyList<ProblemError> Errors => errors;
}

/// <param name="Route">The name of the route that does the same alone, which knows the scope and role it takes.</param>
internal sealed record BatchOperation(string Route, Func<BatchStep, Task<IResult>> RunAsync);

/// <summary>The operations of a batch: the handlers of the routes themselves, so that a batch can do nothing that they would refuse.</summary>
internal sealed class BatchOperations(
    GroupAccess access, GroupStore groups, GroupMoves moves, InvitationStore invitations, PersonChanges people, ThingStore things,
    ThingChanges thingChanges, ThingArchive archive, ConnectionStore connections, ConnectionChanges connectionChanges)
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "groups.create", "groups.update", "groups.archive", "groups.restore", "groups.move", "people.invite", "people.update", "people.remove",
        "things.create", "things.update", "things.archive", "things.restore", "connections.create", "connections.update", "connections.delete",
    ];

    public BatchOperation? Find(string name) => name switch
    {
        "groups.create" => new("CreateGroup", async s => await GroupsEndpoints.Create(s.Body<CreateGroupRequest>(), s.Caller, groups, s.Cancellation)),
        "groups.update" => new("UpdateGroup", async s => await GroupsEndpoints.Change(s.Id, s.Patch, s.IfMatch, s.Caller, access, groups, s.Cancellation)),
        "groups.archive" => new("ArchiveGroup", async s => await GroupsEndpoints.Archive(s.Id, s.IfMatch, s.Caller, access, groups, s.Cancellation)),
        "groups.restore" => new("RestoreGroup", async s => await GroupTreeEndpoints.Restore(s.Id, s.IfMatch, s.Caller, access, moves, s.Cancellation)),
        "groups.move" => new("MoveGroup", async s => await GroupTreeEndpoints.Move(s.Id, s.Body<MoveGroupRequest>(), s.IfMatch, s.Caller, access, moves, s.Cancellation)),
        "people.invite" => new("InvitePerson", async s => await InvitationsEndpoints.Invite(s.Body<InvitePersonRequest>(), s.Group, invitations, s.Cancellation)),
        "people.update" => new("UpdatePerson", async s => await PeopleEndpoints.Change(s.Id, s.Patch, s.IfMatch, s.Group, people, s.Cancellation)),
        "people.remove" => new("RemovePerson", async s => await PeopleEndpoints.Remove(s.Id, s.IfMatch, s.Group, people, s.Cancellation)),
        "things.create" => new("CreateThing", async s => await ThingsEndpoints.Create(s.Body<CreateThingRequest>(), s.Group, things, s.Cancellation)),
        "things.update" => new("UpdateThing", async s => await ThingChangesEndpoints.Change(s.Id, s.Patch, s.IfMatch, s.Group, thingChanges, archive, s.Cancellation)),
        "things.archive" => new("ArchiveThing", async s => await ThingChangesEndpoints.Archive(s.Id, s.IfMatch, s.Group, thingChanges, archive, s.Cancellation)),
        "things.restore" => new("RestoreThing", async s => await ThingChangesEndpoints.Restore(s.Id, s.IfMatch, s.Group, thingChanges, archive, s.Cancellation)),
        "connections.create" => new(
            "CreateConnection", async s => await ConnectionsEndpoints.Create(s.Body<CreateConnectionRequest>(), s.Group, connections, s.Cancellation)),
        "connections.update" => new(
            "UpdateConnection", async s => await ConnectionsEndpoints.Change(s.Id, s.Patch, s.IfMatch, s.Group, connectionChanges, s.Cancellation)),
        "connections.delete" => new("DeleteConnection", async s => await ConnectionsEndpoints.Remove(s.Id, s.IfMatch, s.Group, connectionChanges, s.Cancellation)),
        _ => null,
    };
}
