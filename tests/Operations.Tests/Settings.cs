using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace OnePlatform.Operations.Tests;

/// <summary>One setting of the product: its name with colons, its type as a reader would say it, its default, and what it is for.</summary>
internal sealed record Setting(string Process, string Name, string Type, string Default, string Summary);

/// <summary>Every setting the product reads, found in its option classes by their <c>Section</c>.</summary>
internal static class Settings
{
    private static readonly string[] s_assemblies =
        ["OnePlatform.ServiceDefaults", "OnePlatform.Messaging", "OnePlatform.Querying", "OnePlatform.Tenancy", "OnePlatform.Gateway", "OnePlatform.Identity", "OnePlatform.Ontology", "OnePlatform.Events", "OnePlatform.Knowledge"];

    public static IReadOnlyList<Setting> All { get; } = [.. s_assemblies.Select(Assembly.Load).SelectMany(Of)
        .OrderBy(s => s.Process, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal)];

    private static IEnumerable<Setting> Of(Assembly assembly)
    {
        var summaries = SummariesOf(assembly);
        var process = assembly.GetName().Name!["OnePlatform.".Length..] switch
        {
            "ServiceDefaults" or "Messaging" or "Querying" => "every process that has it",
            var own => own,
        };
        return assembly.GetTypes()
            .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
            .Where(options => options.Section is not null)
            .SelectMany(options => Members(process, options.Section!, options.Type, Activator.CreateInstance(options.Type)!, summaries));
    }

    private static IEnumerable<Setting> Members(string process, string prefix, Type type, object defaults, Dictionary<string, string> summaries)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is not null))
        {
            var (name, value) = ($"{prefix}:{property.Name}", property.GetValue(defaults));
            var of = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (of.Namespace!.StartsWith("OnePlatform", StringComparison.Ordinal) && of is { IsEnum: false, IsValueType: false })
            {
                foreach (var inner in Members(process, name, of, value ?? RuntimeHelpers.GetUninitializedObject(of), summaries))
                {
                    yield return inner;
                }

                continue;
            }

            yield return new Setting(process, name, Name(of), Text(value), summaries.GetValueOrDefault($"P:{type.FullName!.Replace('+', '.')}.{property.Name}", ""));
        }
    }

    private static Dictionary<string, string> SummariesOf(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")!));
    }

    // References and code become their text; the compiler's line breaks go.
    private static string Plain(XElement summary) => string.Join(' ', string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" or "paramref" } element => $"`{(element.Attribute("cref") ?? element.Attribute("name"))?.Value.Split('.')[^1]}`",
        XElement { Name.LocalName: "c" } element => $"`{element.Value}`",
        XElement element => element.Value,
        _ => node.ToString(),
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);

    private static string Name(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" or ", Enum.GetNames(type)),
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "time",
        _ when type == typeof(Uri) => "address",
        _ when type == typeof(double) => "number",
        _ when type.IsPrimitive => "whole number",
        _ when type.IsAssignableTo(typeof(IDictionary)) || type.Name.Contains("Dictionary", StringComparison.Ordinal) => "by name",
        _ => "list",
    };

    private static string Text(object? value) => value switch
    {
        null or "" => "–",
        string text => $"`{text}`",
        bool flag => flag ? "`true`" : "`false`",
        IDictionary entries => string.Join(", ", entries.Keys.Cast<object>().Select(key => $"`{key}` {entries[key]}").Order(StringComparer.Ordinal)) is { Length: > 0 } named ? named : "–",
        IEnumerable items => string.Join(", ", items.Cast<object>().Select(i => $"`{i}`")) is { Length: > 0 } listed ? listed : "–",
        _ => $"`{value}`",
    };
}
