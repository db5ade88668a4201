using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class TellingOfOwnEvents(EventsHost host) : IClassFixture<EventsHost>
{
    public static TheoryData<string, string> BadBodies => new()
    {
        { "{}", "/type" },
        { """{"type":"x."}""", "/type" },
        { """{"type":"x.Ö"}""", "/type" },
        { """{"type":"made_up"}""", "/type" },
        { """{"type":"user_login"}""", "/type" },
        { """{"type":"thing_deleted"}""", "/type" },
        { """{"type":"x.a","colour":1}""", "/colour" },
        { """{"type":"x.a","targetId":"me"}""", "/targetId" },
        { """{"type":"x.a","targetKind":"A B"}""", "/targetKind" },
        { """{"type":"x.a","occurredAt":"2999-01-01T00:00:00Z"}""", "/occurredAt" },
        { """{"type":"x.a","occurredAt":"1999-12-31T00:00:00Z"}""", "/occurredAt" },
        { """{"type":"x.a","occurredAt":"soon"}""", "/occurredAt" },
        { """{"type":"x.a","metadata":[]}""", "/metadata" },
        { """{"type":"agent_failed","metadata":{"agentId":"1"}}""", "/metadata/error" },
        { "{\"type\":\"x.a\",\"metadata\":{\"a\":\"" + new string('b', 33_000) + "\"}}", "/metadata" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_event_is_refused_at_its_fault(string body, string pointer)
    {
        using var client = host.ClientIn(Guid.NewGuid());
        using var response = await client.PostAsync("/api/events", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer);
    }

    [Fact]
    public async Task The_answer_is_the_event_with_its_position()
    {
        var group = Guid.NewGuid();
        using var client = host.ClientIn(group, Role.GroupUser);
        for (var position = 1; position <= 3; position++)
        {
            using var response = await client.PostAsJsonAsync("/api/events", new { type = "enrolled_in_course", metadata = new { courseId = "c1" } });
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            var told = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal(position, told["position"]!.GetValue<long>());
            Assert.Equal("course_enrolled", told["type"]!.GetValue<string>());
            Assert.Equal("api", told["source"]!.GetValue<string>());
            var read = await client.GetObjectAsync(response.Headers.Location!.PathAndQuery);
            Assert.True(JsonNode.DeepEquals(told, read));
        }
    }

    [Fact]
    public async Task A_customer_and_a_key_that_only_reads_may_not()
    {
        var group = Guid.NewGuid();
        using var customer = host.ClientIn(group, Role.Customer);
        using var reader = host.ClientIn(group);
        reader.DefaultRequestHeaders.Authorization = new("Bearer", host.Tokens.ForKey(Guid.NewGuid(), group, "events:read"));
        foreach (var client in new[] { customer, reader })
        {
            using var response = await client.PostAsJsonAsync("/api/events", new { type = "x.a" });
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }
}
