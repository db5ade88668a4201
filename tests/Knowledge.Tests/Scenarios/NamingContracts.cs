using System.Runtime.CompilerServices;
using OnePlatform.Knowledge.Contracts;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class NamingContracts
{
    [Fact]
    public void The_readme_names_every_contract()
    {
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../services/Knowledge/README.md"));
        foreach (var contract in typeof(KnowledgeChanged).Assembly.GetExportedTypes())
        {
            Assert.Contains($"`{contract.Name}`", readme, StringComparison.Ordinal);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
