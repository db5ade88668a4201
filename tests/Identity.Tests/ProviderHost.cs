using System.Net.Http.Headers;
using OnePlatform.Identity.Data;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>Identity beside a provider that it knows as <c>fake</c>, and as <c>github</c>.</summary>
public sealed class ProviderHost : IAsyncLifetime
{
    private ServiceHost<IdentityDb>? _host;
    private ServiceHost<IdentityDb>? _strict;

    internal IdentityHost Identity { get; } = new();

    internal FakeProvider Provider { get; private set; } = null!;

    internal ServiceHost<IdentityDb> Host => _host!;

    /// <summary>The same, where no session begins before the address is verified.</summary>
    internal ServiceHost<IdentityDb> Strict => _strict ??= Identity.StartAnother([("Identity:RequireVerifiedEmail", "true"), .. Provider.Settings("fake")]);

    public async Task InitializeAsync()
    {
        await Identity.InitializeAsync();
        Provider = await FakeProvider.StartAsync();
        _host = Identity.StartAnother([.. Provider.Settings("fake"), .. Provider.Settings("github", "GitHub")]);
    }

    public async Task DisposeAsync()
    {
        await (_strict?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _host!.DisposeAsync();
        await Provider.DisposeAsync();
        await Identity.DisposeAsync();
    }

    /// <summary>Keeps cookies, and follows no redirect by itself.</summary>
    internal HttpClient Browser(bool wantsPages = true, ServiceHost<IdentityDb>? host = null)
    {
        var browser = (host ?? Host).CreateClient(new() { AllowAutoRedirect = false });
        browser.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(wantsPages ? "text/html" : "application/json"));
        return browser;
    }

    /// <summary>A new person at the provider, who tells the truth and only it.</summary>
    internal FakePerson Meet(string? email = null, bool verified = true)
    {
        (Provider.Lie, Provider.Broken, Provider.Error, Provider.SlimTokens) = (Lie.None, null, null, false);
        return Provider.Person = new FakePerson(Random.Shared.NextInt64(1, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture), email ?? IdentityHost.NewEmail(), verified);
    }

    /// <summary>Goes to the provider and back as far as the return, which the caller opens.</summary>
    internal static async Task<string> GoAsync(HttpClient browser, string path = "/api/auth/oauth/fake")
    {
        using var begun = await browser.GetAsync(path);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, begun.StatusCode);
        return await ComeBackAsync(begun.Headers.Location!);
    }

    /// <summary>What the provider's page leads back to.</summary>
    internal static async Task<string> ComeBackAsync(Uri page)
    {
        using var outside = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var agreed = await outside.GetAsync(page);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, agreed.StatusCode);
        return agreed.Headers.Location!.PathAndQuery;
    }

    internal static async Task<HttpResponseMessage> SignInAsync(HttpClient browser, string path = "/api/auth/oauth/fake")
        => await browser.GetAsync(await GoAsync(browser, path));
}
