using Microsoft.AspNetCore.Http;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// How Identity tells the gateway, in a header of the answer, that the request changed what its session may do. The gateway forgets what it
/// knew before the client hears of it, so the next request by the same cookie acts as this answer says; the header goes no further.
/// </summary>
public static class ChangedSession
{
    /// <summary>Name of the header; its value is the session's id.</summary>
    public const string Header = "Changed-Session";

    public static void Tell(HttpResponse response, Guid sessionId) => response.Headers[Header] = sessionId.ToString();
}
