namespace OnePlatform.AppHost.Local.Running;

/// <summary>What every service is told about the platform it runs in.</summary>
internal static class ServiceSettings
{
    private const string EnvironmentName = "ASPNETCORE_ENVIRONMENT";
    private const string Development = "Development";

    public static Dictionary<string, string?> For(LocalPlatformOptions options, DataFolder data, string? publicUrl)
    {
        var environment = options.Environment.GetValueOrDefault(EnvironmentName)
            ?? Environment.GetEnvironmentVariable(EnvironmentName) ?? Development;
        var settings = new Dictionary<string, string?>
        {
            [EnvironmentName] = environment,
            ["DOTNET_ENVIRONMENT"] = null,
            ["Platform__PublicUrl"] = publicUrl,

            // One entry, one line: every line gets the service's name in front.
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["LOGGING__CONSOLE__FORMATTEROPTIONS__SINGLELINE"] = "true",
            ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = options.Colored ? "true" : null,
        };
        if (environment == Development)
        {
            settings["Demo__Enabled"] = options.Demo ? "true" : "false";
            settings["Demo__File"] = data.DemoFile;
            settings["Mail__Folder"] = data.Mail;
        }

        foreach (var (name, value) in options.Environment)
        {
            settings[name] = value;
        }

        return settings;
    }
}
