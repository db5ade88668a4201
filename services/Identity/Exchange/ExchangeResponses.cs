using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Exchange;

internal static class ExchangeResponses
{
    public static ExchangeOutcome Make(AccessToken token, TokenSubject subject, Standing? standing, ExchangedLimit? limit)
        => new ExchangeOutcome.Exchanged(new ExchangeResponse(
            token.Text,
            token.ExpiresAt,
            subject.Id,
            subject.Kind == Caller.KeyKind ? subject.Id : null,
            subject.SessionId,
            subject.Kind == Caller.KeyKind ? subject.OnBehalfOf : subject.Id,
            subject.GroupId,
            standing?.Path ?? [],
            RoleNames.NameOf(subject.Role),
            subject.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            limit,
            [.. (standing?.Groups ?? []).Select(LimitsOf)]));

    private static ExchangedGroup LimitsOf(GroupNode group) => new(
        group.Id,
        group.Limits.RequestsPerMinute,
        group.Limits.Burst,
        group.Limits.ApiCallsPerMonth,
        group.CorsOrigins.Length > 0 ? group.CorsOrigins : null);
}
