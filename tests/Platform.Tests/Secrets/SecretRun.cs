using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests.Secrets;

/// <summary>Somebody uses everything that has a secret, wrongly too, and notes each secret by what it is.</summary>
internal sealed partial class SecretRun(Uri gateway, string mailFolder, OutsideWorld outside)
{
    private readonly string _email = $"secret-{Guid.NewGuid():N}@example.com";
    private readonly string _name = $"Ada-{Guid.NewGuid():N}";
    private readonly string _text = $"diary-{Guid.NewGuid():N}";
    private readonly string _question = $"ailment-{Guid.NewGuid():N}";

    /// <summary>By name; where one comes to pass twice, both.</summary>
    public List<(string Name, string Value)> Secrets { get; } = [];

    /// <summary>What is somebody's own business: kept where it belongs, and no matter of logs and traces.</summary>
    public IReadOnlyList<(string Name, string Value)> Personal => [("e-mail address", _email), ("name", _name), ("text", _text), ("question", _question)];

    public async Task RunAsync()
    {
        var (first, second) = ($"plum-Ladder-{Guid.NewGuid():N}", $"fresh-Ladder-{Guid.NewGuid():N}");
        Note("password", first);
        Note("new password", second);
        using var person = await SignUpAsync(first);
        await MistakesAsync(first);
        await KeysAndWebhooksAsync(person);
        await LinksAsync(second);
        await SecondFactorAsync(second);
    }

    private async Task<HttpClient> SignUpAsync(string password)
    {
        using var anonymous = Client();
        NoteTokens(await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signup", new { email = _email, password, name = _name }));
        var session = NoteTokens(await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = _email, password }));
        NoteTokens(await anonymous.SendAsync(HttpMethod.Post, "/api/auth/refresh", new { refreshToken = session["refreshToken"]!.GetValue<string>() }));
        using var cookies = await anonymous.PostAsJsonAsync("/api/auth/sign-in/email", new { email = _email, password });
        Assert.True(cookies.IsSuccessStatusCode);
        // One that is taken away has no value.
        foreach (var value in cookies.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0].Split('=', 2)[1]).Where(value => value.Length > 0))
        {
            Note("cookie", value);
        }

        return Bearing(session);
    }

    /// <summary>Secrets where they do not belong: a wrong one, a body that is no JSON, an address, another header.</summary>
    private async Task MistakesAsync(string password)
    {
        using var client = Client();
        var wrong = $"wrong-Ladder-{Guid.NewGuid():N}";
        Note("wrong password", wrong);
        await RefusedAsync(client.PostAsJsonAsync("/api/auth/signin", new { email = _email, password = wrong }));
        using (await client.PostAsJsonAsync("/api/auth/signup", new { email = _email, password, name = _name }))
        {
            // Taken; whether it says so is for another test.
        }

        await RefusedAsync(client.PostAsync(At("/api/auth/signin"), new StringContent($$"""{"email":"{{_email}}","password":"{{password}}" """, null, "application/json")));
        await RefusedAsync(client.PostAsJsonAsync("/api/auth/signin", new { email = _email, passwrod = password }));
        var stray = $"gsk_live_{Guid.NewGuid():N}{Guid.NewGuid():N}";
        Note("key in the wrong place", stray);
        await RefusedAsync(client.GetAsync(At($"/api/things?api_key={stray}")));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/things");
        request.Headers.Add("X-API-Key", stray);
        await RefusedAsync(client.SendAsync(request));
    }

    private async Task KeysAndWebhooksAsync(HttpClient person)
    {
        // Its answer is kept for a repeated request, and must not lie there readable either.
        person.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var made = await person.SendAsync(HttpMethod.Post, "/api/api-keys", new { name = "planted", scopes = new[] { "*" } });
        person.DefaultRequestHeaders.Remove("Idempotency-Key");
        Note("API key", made["key"]!.GetValue<string>());
        var rotated = await person.SendAsync(HttpMethod.Post, $"/api/api-keys/{made["id"]}/rotate", new { graceSeconds = 0 });
        Note("rotated API key", rotated["key"]!.GetValue<string>());

        using var program = Client();
        program.DefaultRequestHeaders.Add("X-API-Key", rotated["key"]!.GetValue<string>());
        var hook = await program.SendAsync(HttpMethod.Post, "/api/webhooks", new { url = $"{outside.Address}/hook", types = new[] { "entity_created" } });
        Note("webhook secret", hook["secret"]!.GetValue<string>());
        await program.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = "Seen by everybody", properties = new { content = _text } });
        await program.SendAsync(HttpMethod.Post, "/api/knowledge/search", new { query = _question });
        await program.SendAsync(HttpMethod.Get, $"/api/things?filter=name%3D%22{_text}%22");
        await Eventually.TrueAsync(() => Task.FromResult(!outside.Webhooks.IsEmpty));

        var answer = await program.SendAsync(HttpMethod.Post, "/api/ai/generate", new { prompt = $"How long does it take? {_question}" });
        Assert.Equal("It takes five days.", answer["text"]!.GetValue<string>());
        outside.ProviderRefuses = true;
        await RefusedAsync(program.PostAsJsonAsync("/api/ai/generate", new { prompt = "And now?" }));
    }

    private async Task LinksAsync(string password)
    {
        using var anonymous = Client();
        await anonymous.SendAsync(HttpMethod.Post, "/api/auth/magic-link", new { email = _email });
        var link = await MailedTokenAsync("/magic-link");
        Note("magic link", link);
        // As a browser comes with it: the token is in the address.
        using (await anonymous.GetAsync(At($"/account/magic-link?token={link}")))
        {
            NoteTokens(await anonymous.SendAsync(HttpMethod.Post, "/api/auth/magic-link/verify", new { token = link }));
        }

        await anonymous.SendAsync(HttpMethod.Post, "/api/auth/forgot-password", new { email = _email });
        var reset = await MailedTokenAsync("/reset");
        Note("reset link", reset);
        await anonymous.SendAsync(HttpMethod.Post, "/api/auth/reset-password", new { token = reset, password });
    }

    private async Task SecondFactorAsync(string password)
    {
        using var anonymous = Client();
        using var person = Bearing(NoteTokens(await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = _email, password })));
        var setup = await person.SendAsync(HttpMethod.Post, "/api/auth/2fa/enable", new { password });
        var seed = setup["secret"]!.GetValue<string>();
        Note("factor seed", seed);
        var enrolled = await person.SendAsync(HttpMethod.Post, "/api/auth/2fa/verify", new { code = OneTimeCodes.At(seed, TimeProvider.System.GetUtcNow()) });
        foreach (var code in enrolled["recoveryCodes"]!.AsArray())
        {
            Note("recovery code", code!.GetValue<string>());
        }

        var challenge = (await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = _email, password }))["challenge"]!.GetValue<string>();
        Note("challenge", challenge);
        NoteTokens(await anonymous.SendAsync(
            HttpMethod.Post, "/api/auth/2fa/recover", new { challenge, recoveryCode = enrolled["recoveryCodes"]![0]!.GetValue<string>() }));
    }

    /// <summary>The token of the newest link with that path among the mails to this person.</summary>
    private async Task<string> MailedTokenAsync(string path) => await Eventually.NotNullAsync(() => Task.FromResult(Directory
        .EnumerateFiles(mailFolder, "*.eml").Select(file => MimeMessage.Load(file))
        .Where(mail => mail.To.Mailboxes.Any(to => to.Address == _email))
        .Select(mail => Link().Match(mail.TextBody ?? ""))
        .Where(link => link.Groups[1].Value.Contains(path, StringComparison.Ordinal))
        .Select(link => link.Groups[2].Value).FirstOrDefault()));

    private JsonNode NoteTokens(JsonNode session)
    {
        Note("access token", session["accessToken"]!.GetValue<string>());
        Note("refresh token", session["refreshToken"]!.GetValue<string>());
        return session;
    }

    private void Note(string name, string value) => Secrets.Add((name, value));

    private static async Task RefusedAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        Assert.False(response.IsSuccessStatusCode);
    }

    private HttpClient Client() => new() { BaseAddress = gateway };

    private HttpClient Bearing(JsonNode session)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", session["accessToken"]!.GetValue<string>());
        return client;
    }

    private static Uri At(string path) => new(path, UriKind.Relative);

    [GeneratedRegex(@"https?://[^\s/]+(/\S*?)\?token=([^&\s]+)")]
    private static partial Regex Link();
}
