// Aspire's SDK generates these from the project references; here they are written by hand.
using OnePlatform.AppHost.Local;

namespace Projects;

internal sealed class Identity : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("services/Identity/Identity.csproj");
}

internal sealed class Ontology : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("services/Ontology/Ontology.csproj");
}

internal sealed class Events : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("services/Events/Events.csproj");
}

internal sealed class Knowledge : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("services/Knowledge/Knowledge.csproj");
}

internal sealed class Demo : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("services/Demo/Demo.csproj");
}

internal sealed class Gateway : IProjectMetadata
{
    public string ProjectPath => Repository.PathOf("gateway/Gateway.csproj");
}
