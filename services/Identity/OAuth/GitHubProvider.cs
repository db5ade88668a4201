using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Identity.OAuth;

/// <summary>GitHub speaks OAuth 2 and has no ID token: person and addresses are asked for with the access token, which is then forgotten.</summary>
internal sealed class GitHubProvider(ProviderHttp http)
{
    public static Uri Authorization(SignInProvider provider) => new(provider.Site!, "/login/oauth/authorize");

    public async Task<ExternalPerson> RedeemAsync(
        string name, SignInProvider provider, string code, FlowSecrets secrets, Uri returned, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["client_id"] = provider.ClientId,
            ["client_secret"] = provider.ClientSecret ?? "",
            ["code"] = code,
            ["redirect_uri"] = returned.AbsoluteUri,
            ["code_verifier"] = secrets.Verifier,
        };
        var answer = await http.PostFormAsync(new Uri(provider.Site!, "/login/oauth/access_token"), form, credential: null, cancellationToken);

        // A code that is refused is answered with 200 and an error in the body.
        var accessToken = answer.Text("access_token") ?? throw new ProviderFailedException(ProviderFault.Refused, "The code was refused.");
        var user = await http.GetAsync(Of(provider, "user"), accessToken, cancellationToken);
        if (!user.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var subject))
        {
            throw new ProviderFailedException(ProviderFault.Invalid, "The answer names nobody.");
        }

        var emails = await http.GetAsync(Of(provider, "user/emails"), accessToken, cancellationToken);
        var primary = emails.ValueKind == JsonValueKind.Array
            ? emails.EnumerateArray().Where(e => e.IsTrue("primary")).Select(e => (Email: e.Text("email"), Verified: e.IsTrue("verified"))).FirstOrDefault()
            : default;
        return new ExternalPerson(
            name, subject.ToString(CultureInfo.InvariantCulture), primary.Email, primary.Verified || provider.TrustsAddresses, user.Text("name") ?? user.Text("login"));
    }

    private static Uri Of(SignInProvider provider, string path) => new($"{provider.Api!.AbsoluteUri.TrimEnd('/')}/{path}");
}
