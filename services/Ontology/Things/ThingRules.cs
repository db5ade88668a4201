using System.Text.Json;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>What a thing must be before it is stored.</summary>
internal sealed class ThingRules(TypesInForce types)
{
    public static readonly JsonElement NoProperties = JsonElement.Parse("{}");

    /// <param name="type">As the caller named it.</param>
    /// <param name="name">The thing's name.</param>
    /// <param name="properties">Absent is an empty object.</param>
    /// <param name="externalId">The caller's own id.</param>
    /// <param name="strict">Whether missing documented properties are faults.</param>
    public CheckedThing Check(string type, string name, JsonElement? properties, string? externalId, bool strict)
    {
        if (types.Current.FindThingType(type) is not { } known)
        {
            return CheckedThing.Refused([new ProblemError("/type", "invalid_type", $"There is no thing type '{Shorten(type)}'; GET /api/ontology/thing-types lists them.")]);
        }

        var faults = new List<ProblemError>();
        RefuseUnstorable("/name", name, faults);
        RefuseUnstorable("/externalId", externalId, faults);
        var given = properties ?? NoProperties;
        if (StorableJson.FaultOf(given) is { } fault)
        {
            faults.Add(new ProblemError("/properties", "invalid_properties", fault));
            return CheckedThing.Refused(faults);
        }

        faults.AddRange(known.Schema.Check(given, "/properties").Select(f => new ProblemError(f.Pointer, f.Code, f.Detail)));
        var missing = known.Missing(given).ToList();
        if (strict)
        {
            faults.AddRange(missing.Select(m => new ProblemError($"/properties/{m}", "required", $"A thing of type {known.Name} is documented to have '{m}'.")));
        }

        return faults.Count > 0 ? CheckedThing.Refused(faults) : new CheckedThing(known, given, missing, []);
    }

    /// <summary>The type's own name; null for an unknown one.</summary>
    public string? NameOf(string type) => types.Current.FindThingType(type)?.Name;

    /// <summary>Which row the type is, when it is a group's own.</summary>
    public CustomType? CustomOf(string type) => types.Current.FindThingType(type)?.Custom;

    private static void RefuseUnstorable(string pointer, string? text, List<ProblemError> faults)
    {
        if (text is not null && (text.Contains('\0') || text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0 && !IsWellFormed(text)))
        {
            faults.Add(new ProblemError(pointer, "invalid_text", "This holds a character that cannot be stored."));
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (System.Text.Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

/// <param name="Missing">Documented properties that are not there.</param>
internal sealed record CheckedThing(ThingType Type, JsonElement Properties, IReadOnlyList<string> Missing, IReadOnlyList<ProblemError> Faults)
{
    public static CheckedThing Refused(IReadOnlyList<ProblemError> faults) => new(null!, default, [], faults);
}
