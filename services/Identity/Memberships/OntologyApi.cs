using System.Net.Http.Headers;
using System.Text.Json;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Memberships;

/// <param name="Status">HTTP status; 503 also when Ontology is away.</param>
/// <param name="Body">The answer; undefined when it has none.</param>
internal sealed record OntologyAnswer(int Status, JsonElement Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Of a problem.</summary>
    public string? Code => TextOrNull("code");

    /// <summary>Why not, in words for people.</summary>
    public string? Detail => TextOrNull("detail");

    private string? TextOrNull(string member) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out var text) ? text.GetString() : null;
}

/// <summary>
/// Asks Ontology in a person's own name, which decides what the person may: for pages, whose forms speak no JSON, and for clients that know other
/// routes.
/// </summary>
internal sealed partial class OntologyApi(IHttpClientFactory clients, GroupEntry groups, SessionTokens sessionTokens, AccessTokens tokens, ILogger<OntologyApi> logger)
{
    public const string Client = "ontology";

    /// <summary>Asks in the session's own group.</summary>
    public async Task<OntologyAnswer> SendAsync(Session session, User user, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
        => await SendAsync(
            session, user, await groups.EnterDefaultAsync(user, session.Assurance, session.GroupId, cancellationToken), method, path, body, cancellationToken);

    /// <summary>Asks in a group that the person has entered.</summary>
    public async Task<OntologyAnswer> SendAsync(
        Session session, User user, Standing? standing, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var token = tokens.SignExchanged(sessionTokens.SubjectOf(session, user, standing), session.ExpiresAt);
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Text) } };
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: ApiJson.Options);
        }

        try
        {
            using var answer = await clients.CreateClient(Client).SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return new OntologyAnswer((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
        }
        catch (HttpRequestException exception)
        {
            LogAway(exception);
            return new OntologyAnswer(StatusCodes.Status503ServiceUnavailable, default);
        }
    }

    // Without the path, which holds the token of an invitation.
    [LoggerMessage(LogLevel.Warning, "Ontology did not answer.")]
    private partial void LogAway(Exception exception);
}
