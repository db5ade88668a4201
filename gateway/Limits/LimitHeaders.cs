using System.Globalization;
using System.Runtime.CompilerServices;

namespace OnePlatform.Gateway.Limits;

/// <summary>draft-ietf-httpapi-ratelimit-headers-10, and the three older headers for the tightest of the limits.</summary>
internal static class LimitHeaders
{
    public static void Write(IHeaderDictionary headers, in LimitState state)
    {
        if (state.Set is not { } set)
        {
            return;
        }

        var tightest = TightestOf(state);
        headers["RateLimit-Policy"] = set.Policy;
        headers["RateLimit"] = StateOf(state, set);
        headers["X-RateLimit-Limit"] = set.Buckets[tightest].Requests.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = state.Remaining[tightest].ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = state.Resets[tightest].ToString(CultureInfo.InvariantCulture);
    }

    private static int TightestOf(in LimitState state)
    {
        var tightest = 0;
        for (var i = 1; i < state.Remaining.Length; i++)
        {
            var (violates, isTighter) = ((state.Violated & (1 << i)) != 0, state.Remaining[i] < state.Remaining[tightest]);
            tightest = violates || isTighter ? i : tightest;
        }

        return tightest;
    }

    private static string StateOf(in LimitState state, BucketSet set)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        for (var i = 0; i < set.Buckets.Length; i++)
        {
            text.AppendLiteral(i == 0 ? "\"" : ", \"");
            text.AppendLiteral(set.Buckets[i].Name);
            text.AppendLiteral("\";r=");
            text.AppendFormatted(state.Remaining[i]);
            text.AppendLiteral(";t=");
            text.AppendFormatted(state.Resets[i]);
        }

        return text.ToStringAndClear();
    }
}
