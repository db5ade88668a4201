using System.Globalization;
using OnePlatform.Events.Reading;

namespace OnePlatform.Events.Exporting;

/// <summary>An event as a line of RFC 4180.</summary>
internal static class EventCsv
{
    public const string Header =
        "id,position,groupId,type,source,actorKind,actorId,onBehalfOf,targetId,targetKind,occurredAt,recordedAt,metadata,changes,requestId,traceId,ip,userAgent\r\n";

    private const string Quoted = ",\"\r\n";
    private const string BeginsFormula = "=+-@\t\r";

    public static string LineOf(EventResponse e) => string.Join(',', new[]
    {
        e.Id.ToString(), e.Position?.ToString(CultureInfo.InvariantCulture), e.GroupId?.ToString(), e.Type, e.Source, e.ActorKind, e.ActorId?.ToString(),
        e.OnBehalfOf?.ToString(), e.TargetId?.ToString(), e.TargetKind, Time(e.OccurredAt), Time(e.RecordedAt), e.Metadata.GetRawText(),
        e.Changes?.GetRawText(), e.RequestId, e.TraceId, e.Ip, e.UserAgent,
    }.Select(Field)) + "\r\n";

    private static string Field(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        // A spreadsheet would run what begins like this, and strangers choose their own user agent.
        var safe = BeginsFormula.Contains(value[0], StringComparison.Ordinal) ? $"'{value}" : value;
        return safe.AsSpan().IndexOfAny(Quoted) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
