using System.Text.Json;

namespace OnePlatform.Ontology.Types;

/// <param name="Documented">Properties the type is documented to have; missing ones are warnings, or errors in a strict group.</param>
/// <param name="Schema">JSON Schema 2020-12 of <c>properties</c>.</param>
/// <param name="Id">Of a group's own type.</param>
/// <param name="GroupId">The group whose own type it is; those below it inherit it.</param>
public sealed record ThingTypeResponse(
    string Name, string Category, string Tier, string Description, IReadOnlyList<string> Aliases, IReadOnlyList<string> Text,
    IReadOnlyList<string> Expected, IReadOnlyList<string> Documented, long Version, JsonElement Schema, Guid? Id = null, Guid? GroupId = null);

/// <param name="Acyclic">No chain of connections of this type leads back to where it began.</param>
/// <param name="StrictEnds">Other ends than the listed are refused; elsewhere the lists are advice.</param>
/// <param name="Cardinality"><c>many_to_many</c>, <c>one_to_many</c>, <c>many_to_one</c> or <c>one_to_one</c>.</param>
public sealed record ConnectionTypeResponse(
    string Name, string Category, string Tier, string Description, IReadOnlyList<string> From, IReadOnlyList<string> To, string? Inverse,
    bool Acyclic, bool Mutual, bool StrictEnds, string Cardinality, IReadOnlyList<string> Aliases, long Version, JsonElement Schema,
    Guid? Id = null, Guid? GroupId = null);

public sealed record EventTypeResponse(
    string Name, string Category, string Tier, string Description, IReadOnlyList<string> Aliases, long Version, JsonElement Schema,
    Guid? Id = null, Guid? GroupId = null);

public sealed record OntologyResponse(
    string Version, IReadOnlyList<string> Dimensions, OntologyCounts Counts, IReadOnlyList<string> Features, IReadOnlyDictionary<string, string> Links);

/// <param name="ThingTypes">The canonical ones.</param>
/// <param name="ExtensionThingTypes">Documented besides them.</param>
/// <param name="CustomThingTypes">The acting group's own and those it inherits; so the other two.</param>
public sealed record OntologyCounts(
    int ThingTypes, int ExtensionThingTypes, int ConnectionTypes, int EventTypes, int OperationalEventTypes, int GroupTypes,
    int CustomThingTypes, int CustomConnectionTypes, int CustomEventTypes);

/// <param name="HasMore">Always false: a group has few enough types to tell them all.</param>
public sealed record TypeList<T>(IReadOnlyList<T> Results, bool HasMore = false);
