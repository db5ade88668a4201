using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using OnePlatform.Identity.Sessions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>Whether a client's request needs the person to sign in first, and how to come back from there.</summary>
internal static class FreshSignIn
{
    /// <summary>Unix time since when the sign-in must be; stands in for <c>prompt=login</c> and <c>max_age</c> on the way back, or people would go round for ever.</summary>
    public const string Parameter = "signed_in_since";

    private static readonly string[] s_doneWith = [Parameters.Prompt, Parameters.MaxAge];

    public static bool IsNeeded(OpenIddictRequest request, Session? session, DateTimeOffset now)
        => session is null
            || request.HasPromptValue(PromptValues.Login)
            || request.HasPromptValue(PromptValues.SelectAccount)
            || (request.MaxAge is { } age && now - session.AuthenticatedAt > TimeSpan.FromSeconds(Math.Clamp(age, 0, int.MaxValue)))
            || (long.TryParse((string?)request[Parameter], CultureInfo.InvariantCulture, out var since) && session.AuthenticatedAt.ToUnixTimeSeconds() < since);

    public static string Address(OpenIddictRequest request, DateTimeOffset now)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in request.GetParameters())
        {
            if (!s_doneWith.Contains(name) && name is not (Parameter or Pages.FormGuard.Field or Pages.ConsentPages.Decision) && (string?)value is { } text)
            {
                query.Add(name, text);
            }
        }

        if (request.HasPromptValue(PromptValues.Consent))
        {
            query.Add(Parameters.Prompt, PromptValues.Consent);
        }

        if (request.MaxAge is not null || request.HasPromptValue(PromptValues.Login) || request.HasPromptValue(PromptValues.SelectAccount))
        {
            query.Add(Parameter, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }

        return $"/account/signin{QueryString.Create("returnTo", $"/connect/authorize{query.ToQueryString()}")}";
    }
}
