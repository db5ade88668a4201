using System.Text.Json;
using OnePlatform.Ontology.Types.Schemas;

namespace OnePlatform.Ontology.Tests;

/// <summary>
/// The test suite of json-schema.org, draft 2020-12, which is not ours to carry along:
/// <c>JSON_SCHEMA_TEST_SUITE=folder dotnet test tests/Ontology.Tests --filter CheckingTheOfficialSuite</c>, the folder a clone of
/// github.com/json-schema-org/JSON-Schema-Test-Suite. Without it the cases of <see cref="CheckingSchemas"/> stand alone.
/// </summary>
public sealed class CheckingTheOfficialSuite
{
    private const string Setting = "JSON_SCHEMA_TEST_SUITE";

    // What the reader refuses, by the last step of the pointer at which it does; everything else must be checked, and rightly.
    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal)
    {
        "unevaluatedItems", "unevaluatedProperties", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$id", "$ref", "$schema", "pattern",
    };

    private static readonly string[] s_optional = ["bignum", "ecmascript-regex", "float-overflow", "no-schema", "non-bmp-regex"];

    [SuiteFact]
    public void Every_case_of_a_schema_that_is_not_refused_is_decided_as_the_suite_says()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable(Setting)!, "tests", "draft2020-12");
        var files = Directory.GetFiles(folder, "*.json").Concat(s_optional.Select(name => Path.Combine(folder, "optional", $"{name}.json"))).ToList();
        var (wrong, tests, refused) = (new List<string>(), 0, 0);
        foreach (var file in files)
        {
            foreach (var group in JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.EnumerateArray())
            {
                var name = $"{Path.GetFileName(file)}: {group.GetProperty("description").GetString()}";
                if (Read(group.GetProperty("schema"), name, wrong) is not { } schema)
                {
                    refused++;
                    continue;
                }

                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    tests++;
                    if (schema.Accepts(test.GetProperty("data")) != test.GetProperty("valid").GetBoolean())
                    {
                        wrong.Add($"{name}: {test.GetProperty("description").GetString()}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(tests > 1_000, $"Only {tests} cases were decided, {refused} schemas refused: this is not the suite.");
    }

    private static JsonSchema? Read(JsonElement schema, string name, List<string> wrong)
    {
        try
        {
            return JsonSchemaReader.Read(schema);
        }
        catch (SchemaFormatException fault)
        {
            if (!s_refused.Contains(fault.Pointer[(fault.Pointer.LastIndexOf('/') + 1)..]))
            {
                wrong.Add($"{name} was refused at {fault.Pointer}: {fault.Detail}");
            }

            return null;
        }
    }

    private sealed class SuiteFactAttribute : FactAttribute
    {
        public SuiteFactAttribute()
        {
            if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Setting)))
            {
                Skip = $"{Setting} names no clone of the suite.";
            }
        }
    }
}
