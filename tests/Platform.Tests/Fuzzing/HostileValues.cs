using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests.Fuzzing;

/// <summary>What clients send by mistake or on purpose.</summary>
internal static class HostileValues
{
    private static readonly string[] s_texts =
    [
        "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202egnp.exe", "\ufeff", "\u0085\u2028", "e\u0301\u0301\u0301", "\U0001F468\u200d\U0001F469\u200d\U0001F467",
        "'; drop table things; --", "\" or 1=1", "<script>alert(1)</script>", "../../etc/passwd", "..%2f..%2f", "%00", "%", "{{7*7}}", "${jndi:ldap://x}", "$(id)",
        "null", "undefined", "NaN", "-1", "0", "1e400", "99999999999999999999999999", "-9223372036854775809", "2147483648", "true", "[]", "{}",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "-P9999Y", "00000000-0000-0000-0000-000000000000",
        "*", "**", ",", ",,,", "a,a,a", "-", "--", "name,-name", "type = ", "properties.x.y.z:*", "((((((((((", "NOT NOT NOT a", "a.b.c.d.e = 1", "\"", "\\", "@", "#", "?", "&", "=", ";", ":",
        "http://127.0.0.1:1/", "file:///etc/passwd", "http://[::1]/", "javascript:alert(1)", "a@b", "a@b@c", "\r\nX-Injected: 1", "subtree", "exact", "W/\"1\"", "\"999999999999999999999\"",
        "group_owner", "platform_owner", "things:write", "course", "references", "x.note", "document", "hybrid", "2026-01-01", "1.5", "0x10", "\u0661\u0662",
    ];

    public static string Text(Random random) => random.Next(12) switch
    {
        0 => new string((char)random.Next(1, 0x3000), random.Next(1, 400)),
        1 => new string([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(0, 0xffff))]),
        2 => Guid.CreateVersion7().ToString(),
        _ => s_texts[random.Next(s_texts.Length)],
    };

    public static JsonNode? Json(Random random, int depth = 0) => random.Next(depth > 3 ? 8 : 11) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(int.MinValue, int.MaxValue),
        3 => JsonNode.Parse(s_numbers[random.Next(s_numbers.Length)]),
        4 => new JsonArray(),
        5 => new JsonObject(),
        6 or 7 => Writable(Text(random)),
        8 => new JsonArray([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Json(random, depth + 1))]),
        9 => new JsonArray([.. Enumerable.Range(0, random.Next(200, 1200)).Select(i => (JsonNode?)i)]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(1, 5)).Select(i => KeyValuePair.Create($"{Writable(Text(random))}{i}", Json(random, depth + 1)))),
    };

    // Half a surrogate pair cannot be written; the texts of broken JSON hold it escaped instead.
    private static string Writable(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);

    private static readonly string[] s_numbers =
        ["-0", "1e308", "-1e308", "1e-400", "9007199254740993", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "0.1", "1E5", "2147483648", "-1", "0"];

    public static readonly string[] BrokenJson =
    [
        "", " ", "{", "}", "[", "]", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1,", "{\"a\":1,}", "[1,]", "nul", "tru", "NaN", "Infinity", "-", "01", "1.", ".5", "1e", "'a'", "{a:1}", "\"\\ud800\"",
        "{\"name\":\"\\ud800\"}", "{\"name\":\"\\u0000\"}", "\"\\x\"", "{\"a\":1}{\"b\":2}", "{\"a\":1,\"a\":2}", "// c\n{}", "{} x", "\ufeff{}", "null", "true", "0", "\"text\"", "[]", "[{}]", "[[[]]]",
        "{\"__proto__\":{}}", "{\"\":1}", "{\"$type\":\"System.Object\"}", "{\"a\\u0000b\":1}",
    ];
}
