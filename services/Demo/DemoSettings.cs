using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Demo;

/// <summary>Where the platform is and where the credentials of the demo go; from the environment that the AppHost gives.</summary>
internal sealed record DemoSettings(bool Enabled, Uri Gateway, string File, string AdminEmail, string Email, string Password)
{
    private const string Development = "Development";

    public static DemoSettings FromEnvironment()
    {
        var file = Read("Demo__File", Path.Combine(RepositoryRoot(), ".data", "demo.json"));
        return new DemoSettings(
            string.Equals(Read("Demo__Enabled", Read("ASPNETCORE_ENVIRONMENT", Development) == Development ? "true" : "false"), "true", StringComparison.OrdinalIgnoreCase),
            new Uri(Read("services__gateway__http__0", Read("GATEWAY_HTTP", "http://localhost:8080"))),
            file,
            Read("Demo__AdminEmail", "admin@oneplatform.local"),
            Read("Demo__Email", "demo@oneplatform.local"),
            Read("Demo__Password", PasswordKeptBeside(file)));
    }

    private static string Read(string name, string otherwise)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "OnePlatform.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }

    // Made once and kept, so that a second start signs in to the tenant of the first.
    private static string PasswordKeptBeside(string file)
    {
        var kept = Path.ChangeExtension(Path.GetFullPath(file), ".secret");
        if (!System.IO.File.Exists(kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(kept, Encoding.ASCII, options);
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"demo-{RandomNumberGenerator.GetHexString(20, lowercase: true)}"));
        }

        return System.IO.File.ReadAllText(kept);
    }
}
