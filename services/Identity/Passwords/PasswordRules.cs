using System.Collections.Frozen;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Passwords;

/// <summary>What a new password must not be.</summary>
internal static class PasswordRules
{
    public const int Shortest = 10;
    public const int Longest = 128;

    private static readonly FrozenSet<string> s_common = ReadCommon();

    /// <summary>Every fault, each at <paramref name="pointer"/>; none for a good password.</summary>
    public static IEnumerable<ProblemError> Check(string password, string email, string pointer)
    {
        if (password.EnumerateRunes().Count() is < Shortest or > Longest)
        {
            yield return new ProblemError(pointer, "password_length", $"A password has {Shortest} to {Longest} characters.");
        }

        var lower = password.ToLowerInvariant();
        if (lower == email || lower == email.Split('@')[0])
        {
            yield return new ProblemError(pointer, "password_is_email", "The password must not be the e-mail address.");
        }

        if (IsCommon(lower))
        {
            yield return new ProblemError(pointer, "password_common", "This password is on the lists that attackers try first.");
        }
    }

    // "password1234!" is as common as "password": what is put behind a common word to please a rule does not count.
    private static bool IsCommon(string lower)
        => s_common.Contains(lower) || lower.Distinct().Count() <= 2 || (s_common.Contains(Stem(lower)) && lower.Length - Stem(lower).Length <= 5);

    private static string Stem(string password) => password.TrimEnd("0123456789!?.*#$@_-".ToCharArray());

    private static FrozenSet<string> ReadCommon()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not part of this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
