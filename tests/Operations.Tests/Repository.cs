namespace OnePlatform.Operations.Tests;

/// <summary>The source tree as the tests find it: up from the test's own folder to the solution file.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    public static string Read(params string[] parts) => File.ReadAllText(Path(parts));

    /// <summary>The product's own sources: path from the root, and text.</summary>
    public static IEnumerable<(string Name, string Text)> Sources() => new[] { "services", "gateway", "messaging", "ServiceDefaults", "contracts" }
        .SelectMany(folder => Directory.EnumerateFiles(Path(folder), "*.cs", SearchOption.AllDirectories))
        .Select(file => (Name: System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'), File: file))
        .Where(file => !file.Name.Split('/').Any(part => part is "bin" or "obj" or "Migrations"))
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .Select(file => (file.Name, File.ReadAllText(file.File)));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "OnePlatform.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
