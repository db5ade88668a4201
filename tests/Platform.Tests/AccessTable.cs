using System.Text;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>What an operation asks for, as its service states it in the API document.</summary>
/// <param name="IsPublic">Needs no credential.</param>
/// <param name="Scope">Null where any credential will do.</param>
/// <param name="Role">The lowest that suffices.</param>
/// <param name="Media">Of its body, where it takes one.</param>
internal sealed record AccessLine(string Method, string Path, bool IsPublic, string? Scope, string Role, string Media)
{
    /// <summary>Lowest first.</summary>
    public static readonly string[] Roles = ["none", "customer", "group_user", "group_owner", "platform_owner"];

    public static IReadOnlyList<AccessLine> AllOf(JsonNode document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where operation.Value is JsonObject described && described.ContainsKey("responses")
           let access = operation.Value!["x-access"]
           orderby path.Key, operation.Key
           select new AccessLine(
               operation.Key.ToUpperInvariant(), path.Key, access is null, access?["scope"]?.GetValue<string>(), access?["role"]?.GetValue<string>() ?? "none",
               (operation.Value["requestBody"]?["content"] as JsonObject)?.First().Key ?? "application/json"),
    ];

    public bool AllowsRole(string role) => Array.IndexOf(Roles, role) >= Array.IndexOf(Roles, Role);

    /// <summary>Whether a key with this scope alone has the one that is asked for: write implies read.</summary>
    public bool AllowsScope(string scope) => Scope is null || Scope == scope || scope == "*"
        || (scope.EndsWith(":*", StringComparison.Ordinal) && Scope.StartsWith(scope[..^1], StringComparison.Ordinal))
        || (scope.EndsWith(":write", StringComparison.Ordinal) && Scope == $"{scope[..^6]}:read");

    public static string Page(IReadOnlyList<AccessLine> lines)
    {
        var page = new StringBuilder(
            """
            # Who may call what

            Written by the tests from what each endpoint states, and tested through the gateway, each scope and each role against each route.
            After a wanted change: `UPDATE_DOCS=1 dotnet test tests/Platform.Tests --filter GrantingAccess`.

            A scope is asked of API keys and clients; a session has all of them. `x:*` covers every verb of x, `*` everything, and write implies read.
            A role holds in the acting group; a role in a group above counts below it. Keys act with the role group_owner, within their scopes.
            Besides this, a service may ask for more: to see a row its group, to change a membership a role above it.

            | route | scope | customer | group_user | group_owner | platform_owner |
            |---|---|---|---|---|---|

            """);
        foreach (var line in lines)
        {
            var scope = line.IsPublic ? "no credential" : line.Scope is null ? "any credential" : $"`{line.Scope}`";
            page.Append($"| `{line.Method} {line.Path}` | {scope} | {string.Join(" | ", Roles[1..].Select(role => line.AllowsRole(role) ? "yes" : "–"))} |\n");
        }

        return page.ToString();
    }
}
