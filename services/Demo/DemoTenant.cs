using System.Text.Json.Nodes;

namespace OnePlatform.Demo;

/// <summary>The demo tenant: a group on the enterprise plan, with a key whose limits are high enough for load tests.</summary>
internal sealed record DemoTenant(Uri Gateway, string Email, string Password, Guid GroupId, string ApiKey)
{
    private const int RequestsPerMinute = 600_000;
    private const int Burst = 60_000;
    private const string Slug = "demo";

    public static async Task<DemoTenant> EnsureAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        using var anonymous = new DemoClient(settings.Gateway);
        if (await DemoFile.ReadAsync(settings.File, cancellationToken) is { } kept
            && await anonymous.AnswersAsync("/api/things?limit=1", kept.ApiKey, cancellationToken))
        {
            return kept with { Gateway = settings.Gateway };
        }

        var admin = await SignInOrUpAsync(anonymous, settings.AdminEmail, "Platform owner", settings.Password, cancellationToken);
        var owner = await SignInOrUpAsync(anonymous, settings.Email, "Demo", settings.Password, cancellationToken);

        using var asOwner = anonymous.As(owner);
        var group = await asOwner.PostAsync("/api/groups", new JsonObject
        {
            ["slug"] = $"{Slug}-{Guid.NewGuid():N}"[..12],
            ["name"] = "Riverbend Academy",
            ["type"] = "business",
            ["description"] = "A small school for makers: courses, a shop, and the people behind them.",
        }, cancellationToken);
        var groupId = group["id"]!.GetValue<Guid>();

        // Only the platform's owner decides about plans and limits.
        using var asAdmin = anonymous.As(admin, groupId);
        await asAdmin.PatchAsync($"/api/groups/{groupId}", new JsonObject
        {
            ["plan"] = "enterprise",
            ["settings"] = new JsonObject { ["limits"] = Limits("requestsPerMinute") },
        }, cancellationToken);

        var session = await asOwner.PostAsync("/api/auth/switch-group", new JsonObject { ["groupId"] = groupId }, cancellationToken);
        using var inGroup = anonymous.As(session["accessToken"]!.GetValue<string>());
        var key = await inGroup.PostAsync("/api/api-keys", new JsonObject
        {
            ["name"] = "Demo key",
            ["scopes"] = new JsonArray("*"),
            ["rateLimit"] = Limits("requests"),
        }, cancellationToken);
        await DemoContent.CreateAsync(inGroup, cancellationToken);
        return new DemoTenant(settings.Gateway, settings.Email, settings.Password, groupId, key["key"]!.GetValue<string>());
    }

    private static JsonObject Limits(string requests) => new() { [requests] = RequestsPerMinute, ["burst"] = Burst };

    private static async Task<string> SignInOrUpAsync(
        DemoClient client, string email, string name, string password, CancellationToken cancellationToken)
    {
        var session = await client.SignInAsync(email, password, cancellationToken)
            ?? await client.PostAsync(
                "/api/auth/signup", new JsonObject { ["email"] = email, ["name"] = name, ["password"] = password }, cancellationToken);
        return session["accessToken"]!.GetValue<string>();
    }
}
