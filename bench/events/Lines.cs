using System.Text.Json;
using OnePlatform.Contracts;

namespace OnePlatform.Bench.Events;

/// <summary>Events as services tell of them: most of a thing made or changed, by a key, with some words in the metadata.</summary>
internal static class Lines
{
    private static readonly string[] s_types = ["entity_created", "entity_updated", "entity_updated", "connection_created", "x.measured"];
    private static readonly string[] s_words = ["amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbour", "indigo", "juniper"];
    private static readonly string[] s_changed = ["name", "properties.price"];

    public static Guid[] Groups { get; } = [.. Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7())];

    /// <summary>One message with one line: what creating or changing one thing costs the platform.</summary>
    public static ActivityLogged Message(int i)
    {
        var now = TimeProvider.System.GetUtcNow();
        var origin = new EventOrigin(
            ActorKinds.Key, Groups[i % 7], Groups[i % 5], $"request-{i}", $"{i:x32}", "192.0.2.1", "curl/8.9.1");
        var metadata = JsonSerializer.SerializeToElement(new
        {
            entityType = "product",
            entityName = $"{s_words[i % 10]} {s_words[i / 10 % 10]} {i}",
            changes = s_changed,
        });
        var changes = new Dictionary<string, FieldChange>
        {
            ["name"] = new(JsonSerializer.SerializeToElement("a name"), JsonSerializer.SerializeToElement($"{s_words[i % 10]} {i}")),
        };
        var line = new LogLine(
            Guid.CreateVersion7(now), Groups[i % Groups.Length], s_types[i % s_types.Length], now, Guid.CreateVersion7(now), "thing", metadata,
            i % 5 is 1 or 2 ? changes : null, 1);
        return new ActivityLogged(Guid.CreateVersion7(now), now, origin, [line]);
    }
}
