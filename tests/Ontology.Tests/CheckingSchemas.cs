using System.Text.Json;
using OnePlatform.Ontology.Types.Schemas;

namespace OnePlatform.Ontology.Tests;

/// <summary>JSON Schema 2020-12, keyword by keyword; the cases are in <c>Schemas/schema-cases.json</c>.</summary>
public sealed class CheckingSchemas
{
    private static readonly JsonElement s_file = Read();

    public static TheoryData<string> Cases => [.. s_file.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    public static TheoryData<int> Refused => [.. Enumerable.Range(0, s_file.GetProperty("refused").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_value_is_accepted_or_refused_as_the_specification_says(string name)
    {
        var example = s_file.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("name").GetString() == name);
        var schema = JsonSchemaReader.Read(example.GetProperty("schema"));
        Assert.Multiple(
            () => Assert.Empty(example.GetProperty("valid").EnumerateArray().Where(v => !schema.Accepts(v)).Select(v => v.GetRawText())),
            () => Assert.Empty(example.GetProperty("invalid").EnumerateArray().Where(schema.Accepts).Select(v => v.GetRawText())));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_schema_that_cannot_be_checked_is_refused_at_its_place(int index)
    {
        var example = s_file.GetProperty("refused")[index];
        var fault = Assert.Throws<SchemaFormatException>(() => JsonSchemaReader.Read(example.GetProperty("schema")));
        Assert.Equal(example.GetProperty("pointer").GetString(), fault.Pointer);
    }

    [Fact]
    public void A_fault_is_told_by_a_pointer_with_escapes()
    {
        var schema = JsonSchemaReader.Read(JsonElement.Parse("""{"properties":{"a/b~c":{"items":{"properties":{"d":{"type":"integer"}}}}}}"""));
        var fault = Assert.Single(schema.Check(JsonElement.Parse("""{"a/b~c":[{"d":1},{"d":"x"}]}"""), "/properties"));
        Assert.Equal(("/properties/a~1b~0c/1/d", "wrong_type"), (fault.Pointer, fault.Code));
    }

    [Fact]
    public void A_schema_that_multiplies_itself_ends_all_the_same()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""
            "d{{i}}":{"anyOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
            """));
        var schema = JsonSchemaReader.Read(JsonElement.Parse($$"""{"$defs":{{{definitions}},"d60":false},"$ref":"#/$defs/d0"}"""));
        Assert.Contains(schema.Check(JsonElement.Parse("1")), f => f.Code == "too_complex");
    }

    [Fact]
    public void A_deep_schema_over_a_deep_value_does_not_exhaust_the_stack()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 290).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """));
        var schema = JsonSchemaReader.Read(JsonElement.Parse(
            $$"""{"$defs":{ {{definitions}},"d290":{"items":{"$ref":"#/$defs/d0"} } },"$ref":"#/$defs/d0"}"""));
        var value = string.Concat(Enumerable.Repeat('[', 60)) + string.Concat(Enumerable.Repeat(']', 60));
        Assert.Contains(schema.Check(JsonElement.Parse(value)), f => f.Code == "too_complex");
    }

    private static JsonElement Read()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Schemas", "schema-cases.json"));
        return JsonDocument.Parse(file).RootElement.Clone();
    }
}
