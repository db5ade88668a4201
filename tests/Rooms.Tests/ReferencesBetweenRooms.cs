using Xunit;

namespace OnePlatform.Rooms.Tests;

/// <summary>Who may refer to whom. A new line here is a decision: write the record first.</summary>
public sealed class ReferencesBetweenRooms
{
    private static readonly string[] s_contracts =
        ["Contracts", "Identity.Contracts", "Ontology.Contracts", "Knowledge.Contracts"];

    private static readonly string[] s_forServices = [.. s_contracts, "Messaging", "ServiceDefaults", "Querying", "Tenancy"];

    private static readonly Dictionary<string, string[]> s_mayRefer = new()
    {
        ["Contracts"] = [],
        ["Identity.Contracts"] = ["Contracts"],
        ["Ontology.Contracts"] = ["Contracts"],
        ["Knowledge.Contracts"] = ["Contracts"],
        ["Messaging"] = ["Contracts"],
        ["ServiceDefaults"] = [],
        ["Querying"] = ["ServiceDefaults"],
        ["Tenancy"] = ["Contracts", "Ontology.Contracts", "Messaging", "ServiceDefaults"],
        ["Identity"] = s_forServices,
        ["Ontology"] = s_forServices,
        ["Events"] = s_forServices,
        ["Knowledge"] = s_forServices,
        ["Demo"] = [],
        // Decision 0007: the gateway hears of revoked credentials and changed groups by event.
        ["Gateway"] = ["Contracts", "Identity.Contracts", "Ontology.Contracts", "Messaging", "ServiceDefaults"],
        ["AppHost"] = ["Identity", "Ontology", "Events", "Knowledge", "Gateway", "Demo"],
        ["LocalAppHost"] = [],
    };

    public static TheoryData<string> Projects => new(Repository.Projects.Select(Repository.Relative).Where(p => !p.StartsWith("tests/", StringComparison.Ordinal) && !p.StartsWith("bench/", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_refers_only_to_the_rooms_it_may(string project)
    {
        var room = Path.GetFileNameWithoutExtension(project);
        Assert.True(s_mayRefer.TryGetValue(room, out var allowed), $"{room} is not in the table: decide what it may refer to.");
        var forbidden = Repository.ReferencesOf(Path.Combine(Repository.Root, project)).Except(allowed!).ToList();
        Assert.True(forbidden.Count == 0, $"{room} must not refer to {string.Join(", ", forbidden)}.");
    }

    [Theory]
    [InlineData("Identity")]
    [InlineData("Ontology")]
    [InlineData("Events")]
    [InlineData("Knowledge")]
    public void No_service_may_refer_to_another(string service)
        => Assert.DoesNotContain(s_mayRefer[service], allowed => allowed is "Identity" or "Ontology" or "Events" or "Knowledge" or "Gateway");

    [Fact]
    public void Contracts_use_no_packages()
    {
        var withPackages = Repository.Projects
            .Where(p => Repository.Relative(p).StartsWith("contracts/", StringComparison.Ordinal) && File.ReadAllText(p).Contains("PackageReference", StringComparison.Ordinal));
        Assert.Empty(withPackages);
    }
}
