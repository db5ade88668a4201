using System.Globalization;

namespace OnePlatform.Identity.Usage;

/// <summary>A stretch of days, both ends included: <c>today</c>, <c>7d</c>, <c>30d</c>, <c>90d</c>, <c>month</c> (the present one), or a month such as <c>2026-11</c>.</summary>
internal readonly record struct UsagePeriod(DateOnly From, DateOnly To)
{
    public const string Usual = "30d";

    public static UsagePeriod? Read(string text, DateOnly today)
    {
        switch (text)
        {
            case "today":
                return new UsagePeriod(today, today);
            case "7d" or "30d" or "90d":
                return new UsagePeriod(today.AddDays(1 - int.Parse(text[..^1], CultureInfo.InvariantCulture)), today);
            case "month":
                return MonthOf(today);
            default:
                return DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year < DateOnly.MaxValue.Year
                    ? MonthOf(month)
                    : null;
        }
    }

    private static UsagePeriod MonthOf(DateOnly day)
    {
        var first = new DateOnly(day.Year, day.Month, 1);
        return new UsagePeriod(first, first.AddMonths(1).AddDays(-1));
    }
}
