using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class FindingKnowledge(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    private const string Refunds =
        """
        # Refunds

        You can have your money back within 14 days of buying a course. After the first evening we keep a fifth of the price.

        ## Materials

        Clay and tools that were used cannot be returned.
        """;

    [Theory]
    [InlineData("hybrid")]
    [InlineData("vector")]
    [InlineData("keyword")]
    public async Task A_document_is_found_by_its_words_with_its_place_labels_and_metadata(string mode)
    {
        var tenant = host.NewTenant();
        var accepted = await tenant.Client.PostAsync(
            "/api/knowledge/documents", new { title = "Refund policy", text = Refunds, labels = new[] { "topic:policy" }, metadata = new { lang = "en" } }, 202);
        await tenant.Client.FinishedAsync(accepted);
        await tenant.DocumentAsync("Opening hours", "The studio opens at nine and closes at six. On Sundays it stays closed.");

        var found = await tenant.SearchAsync(new { query = "money back after 14 days", mode, explain = true });

        var first = found.Results()[0];
        Assert.Equal(accepted.Id("documentId"), first.Id("documentId"));
        Assert.Equal("Refund policy", (string?)first["title"]);
        Assert.Equal("topic:policy", (string?)first["labels"]![0]);
        Assert.Equal("en", (string?)first["metadata"]!["lang"]);
        Assert.Equal(0, (int)first["chunkIndex"]!);
        Assert.Equal(Refunds[(int)first["start"]!..(int)first["end"]!], (string?)first["text"]);
        Assert.Contains(first["highlights"]!.AsArray(), h => (string?)h!["text"] == "money back");
        Assert.NotNull(first["explain"]![mode == "vector" ? "vectorRank" : "keywordRank"]);
        Assert.Equal(found.Results().Count, (int)found["count"]!);
    }

    [Fact]
    public async Task An_answer_is_made_of_sentences_that_its_citations_point_at()
    {
        var tenant = host.NewTenant();
        var document = await tenant.DocumentAsync("Refund policy", Refunds);

        var answer = await tenant.Client.PostAsync("/api/ai/generate", new { prompt = "Within how many days do I get my money back?", context = true }, 200);

        Assert.Equal("extractive", (string?)answer["model"]);
        var text = (string)answer["text"]!;
        Assert.Contains("within 14 days", text, StringComparison.Ordinal);
        var citation = answer["citations"]![0]!;
        var source = answer["sources"]!.AsArray().Single(s => s!.Id() == citation.Id("sourceId"))!;
        Assert.Equal(document, source.Id("documentId"));
        Assert.Equal("Refund policy", (string?)source["title"]);
        Assert.Equal(
            text[(int)citation["start"]!..(int)citation["end"]!],
            ((string)source["text"]!)[(int)citation["sourceStart"]!..(int)citation["sourceEnd"]!]);
        Assert.True((int)answer["usage"]!["totalTokens"]! > 0);
    }

    [Fact]
    public async Task An_answer_is_logged_with_its_question()
    {
        var tenant = host.NewTenant();
        await tenant.DocumentAsync("Refund policy", Refunds);
        await tenant.Client.PostAsync("/api/ai/search", new { query = "refund within days" }, 200);
        await tenant.Client.PostAsync("/api/ai/generate", new { prompt = "refund within days" }, 200);

        Assert.Equal(1, await host.EventsAsync(tenant.Group, "question_answered"));
        Assert.Equal(1, await host.EventsAsync(tenant.Group, "ai_response_generated"));
    }

    [Fact]
    public async Task A_label_a_chunk_and_a_vector_of_ones_own_are_found_too()
    {
        var tenant = host.NewTenant();
        await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "skill:carpentry" }, 201);
        await tenant.Client.PostAsync("/api/knowledge", new { type = "chunk", text = "Dovetails hold a drawer together.", labels = new[] { "topic:joints" } }, 201);
        var own = await tenant.Client.PostAsync("/api/knowledge", new { type = "vector_only", embedding = new[] { 1f, 0f, 2f } }, 201);

        Assert.Equal("label", (string?)(await tenant.SearchAsync(new { query = "carpentry" })).Results()[0]["type"]);
        Assert.Equal("chunk", (string?)(await tenant.SearchAsync(new { query = "drawer dovetail" })).Results()[0]["type"]);
        var near = (await tenant.SearchAsync(new { embedding = new[] { 1f, 0f, 1.9f } })).Results();
        Assert.Equal(own.Id(), Assert.Single(near).Id());
        Assert.True((double)near[0]["score"]! > 0.99);
    }

    [Fact]
    public async Task Filters_labels_things_and_documents_narrow_before_the_cut()
    {
        var tenant = host.NewTenant();
        var thing = Guid.NewGuid();
        foreach (var i in Enumerable.Range(0, 30))
        {
            await tenant.Client.PostAsync(
                "/api/knowledge", new { type = "chunk", text = $"kiln kiln kiln note {i}", metadata = new { n = i }, labels = new[] { i % 2 == 0 ? "even" : "odd" } }, 201);
        }

        var last = await tenant.Client.PostAsync(
            "/api/knowledge", new { type = "chunk", text = "A long note about other matters that names the kiln but once.", thingId = thing, metadata = new { n = 99 } }, 201);

        Assert.Equal(last.Id(), Assert.Single((await tenant.SearchAsync(new { query = "kiln", limit = 1, thingId = thing })).Results()).Id());
        Assert.Equal(last.Id(), Assert.Single((await tenant.SearchAsync(new { query = "kiln", limit = 1, filter = "metadata.n > 50" })).Results()).Id());
        var even = (await tenant.SearchAsync(new { query = "kiln", limit = 20, labels = new[] { "even" } })).Results();
        Assert.Equal(15, even.Count);
        Assert.All(even, r => Assert.Equal("even", (string?)r["labels"]![0]));
    }

    [Theory]
    [InlineData("{}", "required")]
    [InlineData("""{"query":"a","limit":0}""", "invalid")]
    [InlineData("""{"query":"a","mode":"magic"}""", "invalid")]
    [InlineData("""{"query":"a","filter":"metadata.n >"}""", "invalid_filter")]
    [InlineData("""{"embedding":[0,0,0]}""", "invalid")]
    [InlineData("""{"query":"a","groupId":"x"}""", "unknown_member")]
    [InlineData("""{"query":""", "malformed_body")]
    public async Task A_search_that_makes_no_sense_is_refused(string body, string code)
    {
        var tenant = host.NewTenant();
        using var answer = await tenant.Client.PostAsync("/api/knowledge/search", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        var problem = await answer.ReadAsync(400);
        Assert.Contains(code, problem.ToJsonString(), StringComparison.Ordinal);
    }
}
