using System.Net.Http.Headers;
using System.Text.Json;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Memberships;

/// <param name="Status">HTTP status.</param>
/// <param name="Body">The answer; undefined when it has none.</param>
internal sealed record OntologyAnswer(int Status, JsonElement Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Why not, in words for people.</summary>
    public string? Detail => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
}

/// <summary>Asks Ontology in a person's own name, which decides what the person may: for pages, whose forms speak no JSON.</summary>
internal sealed class OntologyApi(IHttpClientFactory clients, GroupEntry groups, SessionTokens sessionTokens, AccessTokens tokens)
{
    public const string Client = "ontology";

    /// <exception cref="HttpRequestException">Ontology is away.</exception>
    public async Task<OntologyAnswer> PostAsync(Session session, User user, string path, object? body, CancellationToken cancellationToken)
    {
        var standing = await groups.EnterDefaultAsync(user, session.Assurance, session.GroupId, cancellationToken);
        var token = tokens.SignExchanged(sessionTokens.SubjectOf(session, user, standing), session.ExpiresAt);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Text) } };
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: ApiJson.Options);
        }

        using var answer = await clients.CreateClient(Client).SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return new OntologyAnswer((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }
}
