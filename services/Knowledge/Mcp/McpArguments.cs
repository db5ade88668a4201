using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Mcp;

/// <summary>What a tool was called with is not what its schema says; the message is for the model that called.</summary>
internal sealed class McpArgumentException(string message) : Exception(message);

/// <summary>The arguments of a call, read and checked.</summary>
internal sealed class McpArguments(IDictionary<string, JsonElement> all)
{
    public IDictionary<string, JsonElement> All => all;

    public string Text(string name) => all.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new McpArgumentException($"The argument '{name}' is a text.");

    public Guid Id(string name) => Guid.TryParse(Text(name), out var id) ? id : throw new McpArgumentException($"The argument '{name}' is an id.");

    public JsonElement Object(string name) => all.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Object
        ? value
        : throw new McpArgumentException($"The argument '{name}' is an object.");

    /// <summary>Those of the named arguments that are there, as they go into an address.</summary>
    public Dictionary<string, string?> Texts(params string[] names) => names.Where(all.ContainsKey).ToDictionary(
        name => name, name => all[name].ValueKind == JsonValueKind.String ? all[name].GetString() : all[name].GetRawText());

    /// <summary>All of them as a request of the API, by its own rules.</summary>
    public T Read<T>()
        where T : class
    {
        try
        {
            var request = JsonSerializer.SerializeToElement(all).Deserialize<T>(ApiJson.Options)!;
            var faults = new List<ValidationResult>();
            return Validator.TryValidateObject(request, new ValidationContext(request), faults, validateAllProperties: true)
                ? request
                : throw new McpArgumentException(string.Join(" ", faults.Select(f => f.ErrorMessage)));
        }
        catch (JsonException ex)
        {
            throw new McpArgumentException($"The arguments are not those of the tool's schema, at {ex.Path}.");
        }
    }
}
