using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class StreamingAnswers(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    private const string Refunds = "You get your money back within 14 days. After that we keep a fifth of the price.";

    [Fact]
    public async Task A_stream_has_the_headers_the_order_and_the_end_that_clients_wait_for()
    {
        var tenant = host.NewTenant();
        await tenant.DocumentAsync("Refund policy", Refunds);

        using var answer = await tenant.Client.PostAsJsonAsync("/api/ai/stream", new { prompt = "money back within how many days" });

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("v1", answer.Headers.GetValues("x-vercel-ai-ui-message-stream").Single());
        Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
        Assert.Equal("no", answer.Headers.GetValues("x-accel-buffering").Single());
        var body = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("null", body, StringComparison.Ordinal);
        var chunks = Chunks(body);
        Assert.Equal("start start-step data-retrieval source-document text-start", string.Join(' ', chunks.Take(5).Select(TypeOf)));
        Assert.Equal("text-end finish-step finish", string.Join(' ', chunks.TakeLast(3).Select(TypeOf)));
        var text = TextOf(chunks);
        Assert.Contains("within 14 days", text, StringComparison.Ordinal);
        var citation = chunks[^3]["citations"]![0]!;
        Assert.Equal((string?)chunks[3]["sourceId"], (string?)citation["source"]!["id"]);
        Assert.Equal((string?)citation["citedText"], text[(int)citation["startIndex"]!..(int)citation["endIndex"]!]);
        Assert.Equal("Refund policy", (string?)chunks[3]["title"]);
        Assert.NotNull(chunks[3]["providerMetadata"]!["oneplatform"]!["documentId"]);
        Assert.Equal("stop", (string?)chunks[^1]["finishReason"]);
        Assert.Equal("extractive", (string?)chunks[^1]["messageMetadata"]!["model"]);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_a_problem_before_any_stream()
    {
        using var answer = await host.NewTenant().Client.PostAsJsonAsync("/api/ai/stream", new { prompt = " ", context = true });
        await answer.ReadAsync(400);
    }

    [Fact]
    public async Task A_chat_is_stored_with_its_answer_and_is_its_makers_alone()
    {
        var tenant = host.NewTenant();
        await tenant.DocumentAsync("Refund policy", Refunds);
        var body = new
        {
            id = "chat-1",
            trigger = "submit-message",
            theme = "dark",
            messages = new[] { new { id = "m1", role = "user", parts = new[] { new { type = "text", text = "Do I get my money back?" } } } },
        };
        using var answer = await tenant.Client.PostAsJsonAsync("/api/ai/chat", body);
        var chunks = Chunks(await answer.Content.ReadAsStringAsync());

        var stored = await tenant.Client.GetAsync("/api/ai/chat/chat-1", 200);
        var messages = stored["messages"]!.AsArray();
        Assert.Equal(2, messages.Count);
        Assert.Equal((string?)chunks[0]["messageId"], (string?)messages[1]!["id"]);
        Assert.Equal(TextOf(chunks), (string?)messages[1]!["parts"]!.AsArray()[^1]!["text"]);

        using var more = await tenant.Client.PostAsJsonAsync(
            "/api/ai/chat", new { id = "chat-1", message = new { id = "m3", role = "user", parts = new[] { new { type = "text", text = "And what of the price?" } } } });
        Assert.EndsWith("[DONE]\n\n", await more.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(4, (await tenant.Client.GetAsync("/api/ai/chat/chat-1", 200))["messages"]!.AsArray().Count);

        using var colleague = host.As(Guid.NewGuid(), tenant.Group);
        await colleague.GetAsync("/api/ai/chat/chat-1", 404);
        using var taken = await colleague.PostAsJsonAsync("/api/ai/chat", body);
        await taken.ReadAsync(404);
        await host.NewTenant().Client.GetAsync("/api/ai/chat/chat-1", 404);
        using var nothing = await tenant.Client.GetAsync("/api/ai/chat/chat-1/stream");
        Assert.Equal(204, (int)nothing.StatusCode);
    }

    [Theory]
    [InlineData("""{"id":"c","messages":[]}""")]
    [InlineData("""{"id":"c"}""")]
    [InlineData("""{"id":"","messages":[]}""")]
    [InlineData("""{"id":"a/b","messages":[{"role":"user","parts":[{"type":"text","text":"a"}]}]}""")]
    [InlineData("""{"id":"c","messages":[null]}""")]
    [InlineData("""{"id":"c","messages":[{"role":"tool","parts":[]}]}""")]
    [InlineData("""{"id":"c","messages":[{"role":"user","parts":"x"}]}""")]
    [InlineData("""{"id":"c","messages":[{"role":"user","parts":[{"type":1}]}]}""")]
    [InlineData("""{"id":"c","messages":[{"id":"a","role":"assistant","parts":[{"type":"text","text":"I end"}]}]}""")]
    [InlineData("""{"id":"c","message":7}""")]
    [InlineData("""{"id":"c","trigger":"shout","messages":[{"role":"user","parts":[{"type":"text","text":"a"}]}]}""")]
    public async Task What_is_no_conversation_is_refused(string body)
    {
        using var answer = await host.NewTenant().Client.PostAsync("/api/ai/chat", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        await answer.ReadAsync(400);
    }

    internal static List<JsonObject> Chunks(string body)
        => [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(l => l != "data: [DONE]").Select(l => JsonNode.Parse(l["data: ".Length..])!.AsObject())];

    internal static string TypeOf(JsonObject chunk) => (string)chunk["type"]!;

    internal static string TextOf(IEnumerable<JsonObject> chunks) => string.Concat(chunks.Where(c => TypeOf(c) == "text-delta").Select(c => (string)c["delta"]!));
}
