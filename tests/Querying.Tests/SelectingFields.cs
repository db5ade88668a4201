using System.Text.Json.Nodes;
using OnePlatform.Querying.Projections;

namespace OnePlatform.Querying.Tests;

public sealed class SelectingFields
{
    private const string Row =
        """{"id":1,"name":"n","stock":2,"properties":{"price":5,"size":{"w":1,"h":2},"parts":[{"a":1,"b":2},{"b":3}],"odd.name":7}}""";

    [Theory]
    [InlineData("name", """{"id":1,"name":"n"}""")]
    [InlineData("id", """{"id":1}""")]
    [InlineData("properties.price, name", """{"id":1,"name":"n","properties":{"price":5}}""")]
    [InlineData("properties.size.w", """{"id":1,"properties":{"size":{"w":1}}}""")]
    [InlineData("properties.parts.b", """{"id":1,"properties":{"parts":[{"b":2},{"b":3}]}}""")]
    [InlineData("properties.\"odd.name\"", """{"id":1,"properties":{"odd.name":7}}""")]
    [InlineData("properties.size.w,properties.size", """{"id":1,"properties":{"size":{"w":1,"h":2}}}""")]
    [InlineData("properties.size,properties.size.w", """{"id":1,"properties":{"size":{"w":1,"h":2}}}""")]
    [InlineData("properties.absent", """{"id":1,"properties":{}}""")]
    [InlineData("warnings", """{"id":1}""")]
    [InlineData("", Row)]
    public void Only_what_was_asked_for_is_left(string fields, string expected)
    {
        var (selection, error) = FieldSelection.Read(fields, TestRow.Fields);
        Assert.Null(error);
        var row = JsonNode.Parse(Row);
        selection.Apply(row);
        Assert.Equal(expected, row!.ToJsonString());
    }

    [Fact]
    public void An_unknown_field_is_refused_where_it_stands()
    {
        var error = FieldSelection.Read("name, nope", TestRow.Fields).Error!;
        Assert.Equal(("invalid_fields", 6), (error.Code, error.Position));
        Assert.Contains("warnings", error.Detail, StringComparison.Ordinal);
        Assert.NotNull(FieldSelection.Read(string.Join(',', Enumerable.Repeat("name", 101)), TestRow.Fields).Error);
    }
}
