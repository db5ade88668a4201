using System.Text.Json;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>What is wrong with a schema, by JSON Pointer into it.</summary>
internal sealed class SchemaFormatException(string pointer, string detail) : FormatException($"{pointer}: {detail}")
{
    public string Pointer => pointer;

    public string Detail => detail;
}

/// <summary>The keywords of one schema, each read as what it must be.</summary>
internal readonly struct SchemaKeywords(JsonElement schema, string pointer)
{
    public T? Take<T>(string keyword, Func<JsonElement, T> read)
        where T : struct
        => schema.TryGetProperty(keyword, out var value) ? Read(keyword, value, read) : null;

    public string? Text(string keyword)
        => schema.TryGetProperty(keyword, out var value) ? Read(keyword, value, v => v.GetString() ?? throw new ArgumentException("This is a text.")) : null;

    public T[]? List<T>(string keyword, Func<JsonElement, T> read)
        => schema.TryGetProperty(keyword, out var value) ? Read(keyword, value, v => v.EnumerateArray().Select(read).ToArray()) : null;

    public Dictionary<string, T> Members<T>(string keyword, Func<JsonElement, T> read)
        => schema.TryGetProperty(keyword, out var value)
            ? Read(keyword, value, v => v.EnumerateObject().ToDictionary(m => m.Name, m => read(m.Value), StringComparer.Ordinal))
            : [];

    private T Read<T>(string keyword, JsonElement value, Func<JsonElement, T> read)
    {
        try
        {
            return read(value);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            throw new SchemaFormatException(
                $"{pointer}/{keyword}", fault is ArgumentException ? fault.Message : "This keyword has a value of another kind.");
        }
    }
}

/// <summary>A reference that leads back to itself without a step into the value would be followed for ever.</summary>
internal static class SchemaLoops
{
    public static void Refuse(IReadOnlyDictionary<string, JsonSchema> schemas)
    {
        var (done, open) = (new HashSet<JsonSchema>(), new HashSet<JsonSchema>());
        foreach (var (pointer, schema) in schemas)
        {
            if (!Ends(schema, done, open))
            {
                throw new SchemaFormatException(pointer, "This refers to itself without end.");
            }
        }
    }

    private static bool Ends(JsonSchema schema, HashSet<JsonSchema> done, HashSet<JsonSchema> open)
    {
        if (done.Contains(schema))
        {
            return true;
        }

        if (!open.Add(schema))
        {
            return false;
        }

        var ends = schema.SameValue.All(next => Ends(next, done, open));
        open.Remove(schema);
        done.Add(schema);
        return ends;
    }
}
