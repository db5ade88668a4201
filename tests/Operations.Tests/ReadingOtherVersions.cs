using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;

namespace OnePlatform.Operations.Tests;

/// <summary>
/// Messages of a version before and after: what a later build added is passed over, what an earlier one did not know has its default.
/// The members an earlier build could not send are those with a default; the others are as old as the contract.
/// </summary>
public sealed class ReadingOtherVersions
{
    private static readonly string[] s_assemblies = ["OnePlatform.Identity.Contracts", "OnePlatform.Ontology.Contracts", "OnePlatform.Knowledge.Contracts", "OnePlatform.Contracts"];

    public static TheoryData<Type> Contracts => [.. s_assemblies.Select(Assembly.Load).SelectMany(a => a.GetTypes())
        .Where(t => t.IsAssignableTo(typeof(IIntegrationEvent)) && t is { IsInterface: false, IsAbstract: false })];

    [Fact]
    public void Every_contract_is_tried() => Assert.True(Contracts.Count >= 12, $"There are only {Contracts.Count} contracts.");

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_message_with_members_of_a_later_version_is_read(Type contract)
    {
        var message = Sample(contract);
        var later = JsonNode.Parse(JsonSerializer.Serialize(message, contract, MessageJson.Options))!;
        foreach (var part in Objects(later).ToList())
        {
            part["ofALaterVersion"] = new JsonObject { ["a"] = 1 };
        }

        var read = JsonSerializer.Deserialize(later.ToJsonString(), contract, MessageJson.Options);

        Assert.Equal(JsonSerializer.Serialize(message, contract, MessageJson.Options), JsonSerializer.Serialize(read, contract, MessageJson.Options));
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_message_of_an_earlier_version_is_read_with_defaults(Type contract)
    {
        var earlier = JsonNode.Parse(JsonSerializer.Serialize(Sample(contract), contract, MessageJson.Options))!.AsObject();
        var constructor = Constructor(contract);
        var asOldAsTheContract = constructor.GetParameters().Where(p => !p.HasDefaultValue).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name!)).ToHashSet();
        foreach (var name in earlier.Select(m => m.Key).Where(name => !asOldAsTheContract.Contains(name)).ToList())
        {
            earlier.Remove(name);
        }

        var read = (IIntegrationEvent)JsonSerializer.Deserialize(earlier.ToJsonString(), contract, MessageJson.Options)!;

        Assert.Equal(earlier["eventId"]!.GetValue<Guid>(), read.EventId);
        foreach (var parameter in constructor.GetParameters().Where(p => p.HasDefaultValue))
        {
            Assert.Equal(parameter.DefaultValue, contract.GetProperty(parameter.Name!)!.GetValue(read));
        }
    }

    private static ConstructorInfo Constructor(Type type) => type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();

    /// <summary>A value with every member set, made from the types alone so that a new contract is tried without a line here.</summary>
    private static object Sample(Type type)
    {
        var of = Nullable.GetUnderlyingType(type) ?? type;
        return of switch
        {
            _ when of == typeof(string) => "text",
            _ when of == typeof(Guid) => Guid.CreateVersion7(),
            _ when of == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch,
            _ when of == typeof(DateOnly) => new DateOnly(2026, 1, 1),
            _ when of == typeof(TimeSpan) => TimeSpan.FromSeconds(1),
            _ when of == typeof(JsonElement) => JsonElement.Parse("""{"known":1}"""),
            _ when of.IsEnum => Enum.GetValues(of).GetValue(0)!,
            _ when of.IsPrimitive || of == typeof(decimal) => Convert.ChangeType(1, of, null),
            { IsGenericType: true } when of.GetGenericArguments() is [var key, var value] && key == typeof(string) => Filled(typeof(Dictionary<,>).MakeGenericType(key, value), "key", Sample(value)),
            { IsGenericType: true } when of.GetGenericArguments() is [var item] => Filled(typeof(List<>).MakeGenericType(item), Sample(item)),
            _ => Constructor(of).Invoke([.. Constructor(of).GetParameters().Select(p => Sample(p.ParameterType))]),
        };
    }

    private static object Filled(Type collection, params object[] item)
    {
        var made = Activator.CreateInstance(collection)!;
        collection.GetMethod("Add")!.Invoke(made, item);
        return made;
    }

    // Not into what has names of its own: metadata and changes are data, not members.
    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject part => part.Where(m => m.Key is not ("metadata" or "changes" or "properties")).SelectMany(m => Objects(m.Value)).Prepend(part),
        JsonArray items => items.SelectMany(Objects),
        _ => [],
    };
}
