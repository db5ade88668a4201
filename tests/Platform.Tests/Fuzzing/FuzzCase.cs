using System.Text;
using System.Text.RegularExpressions;

namespace OnePlatform.Platform.Tests.Fuzzing;

/// <summary>One hostile request, wholly determined by its numbers.</summary>
/// <param name="BodyKind">Low ones are nearer to what is documented.</param>
internal sealed partial record FuzzCase(Operation Operation, int BodyKind, int PathKind, int QueryKind, int HeaderKind, int MethodKind, int Seed)
{
    private const int Deep = 20_000;
    private const int Huge = 1_200_000;
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "QUERY", "X"];
    private static readonly string[] s_media = ["text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/json; charset=nonsense", "x", "application/merge-patch+json", "application/x-ndjson", "application/octet-stream"];

    private static readonly string[] s_headers =
    [
        "If-Match", "If-None-Match", "If-Modified-Since", "Idempotency-Key", "Accept", "Accept-Encoding", "Accept-Language", "X-Group-Id", "X-Request-Id", "traceparent", "tracestate", "Last-Event-ID",
        "Range", "Origin", "Cookie", "X-Forwarded-For", "User-Agent", "Content-Encoding", "Expect", "Prefer", "X-HTTP-Method-Override", "baggage", "Referer",
    ];

    public bool IsHuge => BodyKind == 12;

    /// <param name="ids">Of rows that exist.</param>
    public HttpRequestMessage Request(IReadOnlyList<Guid> ids)
    {
        var random = new Random(Seed);
        var method = MethodKind < 9 ? Operation.Method : s_methods[random.Next(s_methods.Length)];
        var request = new HttpRequestMessage(new HttpMethod(method), Path(random, ids) + Query(random));
        for (var i = HeaderKind < 6 ? 0 : random.Next(1, 4); i > 0; i--)
        {
            var value = new string([.. HostileValues.Text(random).Where(c => c is >= ' ' and < '\u0100')]);
            request.Headers.TryAddWithoutValidation(s_headers[random.Next(s_headers.Length)], value);
        }

        if ((Operation.BodyMedia is not null || BodyKind > 8) && method is not ("GET" or "HEAD" or "TRACE"))
        {
            request.Content = new ByteArrayContent(Body(random));
            var media = random.Next(12) == 0 ? s_media[random.Next(s_media.Length)] : Operation.BodyMedia ?? "application/json";
            if (BodyKind != 13)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", media);
            }
        }

        return request;
    }

    public async Task<string> DescribeAsync(IReadOnlyList<Guid> ids)
    {
        using var request = Request(ids);
        var body = request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync());
        return $"{request}\n{(body.Length > 2000 ? $"{body[..2000]}… ({body.Length})" : body)}";
    }

    private string Path(Random random, IReadOnlyList<Guid> ids) => Parameter().Replace(Operation.Path, _ => PathKind switch
    {
        < 5 => ids[random.Next(ids.Count)].ToString(),
        < 7 => Guid.CreateVersion7().ToString(),
        8 => new string('9', 3000),
        _ => Uri.EscapeDataString(HostileValues.Text(random)) is { Length: > 0 } text ? text : "%20",
    });

    private string Query(Random random)
    {
        var count = QueryKind < 3 ? 0 : random.Next(1, 4);
        var query = Enumerable.Range(0, count).Select(_ =>
        {
            var name = Operation.Query.Count > 0 && random.Next(8) > 0 ? Operation.Query[random.Next(Operation.Query.Count)] : HostileValues.Text(random);
            return $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(HostileValues.Text(random))}";
        });
        return count == 0 ? "" : $"?{string.Join('&', query)}";
    }

    private byte[] Body(Random random) => BodyKind switch
    {
        < 4 => Json(random, 0),
        < 8 => Json(random, 12),
        8 => Json(random, 60),
        9 => Encoding.UTF8.GetBytes(HostileValues.BrokenJson[random.Next(HostileValues.BrokenJson.Length)]),
        10 => Encoding.UTF8.GetBytes(new string('[', Deep)),
        11 => Encoding.UTF8.GetBytes($"{{\"name\":{string.Concat(Enumerable.Repeat("{\"a\":", 70))}1{new string('}', 70)}}}"),
        12 => Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', Huge)}\"}}"),
        13 => [],
        _ => Binary(random),
    };

    private byte[] Json(Random random, int wrongness) => Encoding.UTF8.GetBytes(Operation.MakeBody(random, wrongness)?.ToJsonString() ?? "null");

    private static byte[] Binary(Random random)
    {
        var bytes = new byte[random.Next(1, 3000)];
        random.NextBytes(bytes);
        return bytes;
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
