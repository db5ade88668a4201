using System.Text;
using System.Text.Json.Nodes;
using OnePlatform.Querying.Documents;

namespace OnePlatform.Querying.Tests;

public sealed class PatchingDocuments
{
    /// <summary>RFC 7396, appendix A.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Target_and_patch_make_the_result(string target, string patch, string result)
    {
        var (before, change) = (JsonNode.Parse(target), JsonNode.Parse(patch));
        Assert.True(MergePatch.TryApply(before, change, out var after));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(result), after), after?.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(target), before), "The target was changed.");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(patch), change), "The patch was changed.");
    }

    [Fact]
    public void A_patch_is_as_deep_as_allowed_and_no_deeper()
    {
        Assert.True(MergePatch.TryApply(new JsonObject(), Nest(32), out _));
        Assert.False(MergePatch.TryApply(new JsonObject(), Nest(33), out _));

        static JsonNode Nest(int depth)
        {
            JsonNode node = 1;
            for (var i = 0; i < depth; i++)
            {
                node = new JsonObject { ["a"] = node };
            }

            return node;
        }
    }

    [Theory]
    [InlineData("""{"a":null,"b":"\u00e9"}""")]
    [InlineData("{}")]
    public void An_object_is_read(string body) => Assert.NotNull(Parse(body).Value);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1}x")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"b":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"a":"\u0000"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":["\ud800x"]}""")]
    public void Anything_else_is_refused(string body) => Assert.Equal(("invalid_body", null), (Parse(body).Error?.Code, Parse(body).Value));

    [Fact]
    public void Depth_size_and_broken_text_are_refused()
    {
        Assert.NotNull(Parse(string.Concat(Enumerable.Repeat("{\"a\":", 31)) + "{}" + new string('}', 31)).Value);
        Assert.NotNull(Parse(string.Concat(Enumerable.Repeat("{\"a\":", 32)) + "{}" + new string('}', 32)).Error);
        Assert.NotNull(Parse(new string('[', 100_000)).Error);
        Assert.NotNull(JsonObjectBody.Parse([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}']).Error);
        Assert.Equal("content_too_large", Parse("{\"a\":\"" + new string('x', JsonObjectBody.MostBytes) + "\"}").Error?.Code);
    }

    private static JsonObjectBody Parse(string body) => JsonObjectBody.Parse(Encoding.UTF8.GetBytes(body));
}
