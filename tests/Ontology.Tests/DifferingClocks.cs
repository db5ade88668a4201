using System.Net;

namespace OnePlatform.Ontology.Tests;

/// <summary>Machines' clocks differ: a token is good half a minute before and after by ours, and no longer than that.</summary>
[Trait("Proof", "P8")]
public sealed class DifferingClocks(OntologyHost host) : IClassFixture<OntologyHost>
{
    private const int Life = 300;

    [Theory]
    [InlineData(25, HttpStatusCode.OK)]
    [InlineData(-Life - 5, HttpStatusCode.OK)]
    [InlineData(240, HttpStatusCode.Unauthorized)]
    [InlineData(-Life - 40, HttpStatusCode.Unauthorized)]
    public async Task A_token_by_a_clock_that_is_half_a_minute_off_is_good_and_by_more_is_not(int seconds, HttpStatusCode expected)
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", host.Tokens.ByClock(Guid.NewGuid(), TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(Life)));
        using var answer = await client.GetAsync("/api/groups");
        Assert.Equal(expected, answer.StatusCode);
    }
}
