using System.Reflection;
using System.Xml.Linq;

namespace OnePlatform.AppHost.Local;

/// <summary>Where the build found the repository, and where it put each project's program.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    private static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    public static string PathOf(string file) => Path.Combine(Root, file);

    public static string ProgramOf(string projectPath)
    {
        var name = XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value
            ?? Path.GetFileNameWithoutExtension(projectPath);
        var program = Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", Configuration, "net10.0", $"{name}.dll");
        return File.Exists(program)
            ? program
            : throw new PlatformException($"{program} is not built; `dotnet build {projectPath}` makes it.");
    }
}
