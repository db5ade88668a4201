using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace OnePlatform.Operations.Tests;

/// <summary>What <c>dotnet ef migrations has-pending-model-changes</c> says, for each service.</summary>
public sealed class KeepingMigrationsWhole
{
    [Theory]
    [InlineData("Identity")]
    [InlineData("Ontology")]
    [InlineData("Events")]
    [InlineData("Knowledge")]
    public void The_migrations_make_the_model_as_the_code_has_it(string service)
    {
        var assembly = Assembly.Load($"OnePlatform.{service}");
        var factory = Assert.Single(assembly.GetTypes(), type => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IDesignTimeDbContextFactory<>)));
        var create = factory.GetInterfaceMap(factory.GetInterfaces()[0]).TargetMethods[0];
        using var db = (DbContext)create.Invoke(Activator.CreateInstance(factory), [Array.Empty<string>()])!;

        Assert.False(db.Database.HasPendingModelChanges(), $"dotnet ef migrations add <Name> --project services/{service} -o Data/Migrations");
    }
}
