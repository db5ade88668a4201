using System.Text.Json;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

/// <summary>What a connection must be before anything is known of its ends.</summary>
internal sealed class ConnectionRules(TypesInForce types)
{
    public static readonly JsonElement NoMetadata = JsonElement.Parse("{}");

    public List<ProblemError> Check(CreateConnectionRequest request, out ConnectionType? type)
    {
        var faults = new List<ProblemError>();
        type = types.Current.FindConnectionType(request.Type);
        if (type is null)
        {
            faults.Add(new ProblemError("/type", "invalid_type", "There is no such connection type; GET /api/ontology/connection-types lists them."));
        }

        if (request.FromId == request.ToId)
        {
            faults.Add(new ProblemError("/toId", "same_ends", "A thing is not connected to itself."));
        }

        faults.AddRange(Check(type, request.Metadata, request.ValidFrom, request.ValidTo));
        return faults;
    }

    public static IEnumerable<ProblemError> Check(ConnectionType? type, JsonElement? metadata, DateTimeOffset? validFrom, DateTimeOffset? validTo)
    {
        if (validFrom > validTo)
        {
            yield return new ProblemError("/validTo", "out_of_range", "The validity ends before it begins.");
        }

        if (metadata is { } given)
        {
            if (StorableJson.FaultOf(given) is { } fault)
            {
                yield return new ProblemError("/metadata", "invalid_metadata", fault);
                yield break;
            }

            foreach (var wrong in type?.Schema.Check(given, "/metadata") ?? [])
            {
                yield return new ProblemError(wrong.Pointer, wrong.Code, wrong.Detail);
            }
        }
    }

    public ConnectionType? Find(string name) => types.Current.FindConnectionType(name);
}
