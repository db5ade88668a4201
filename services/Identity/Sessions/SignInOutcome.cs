using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;

namespace OnePlatform.Identity.Sessions;

/// <summary>How an attempt to begin a session ended, on whatever path.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record SignedIn(OpenedSession Opened, User User, Standing? Standing) : SignInOutcome;

    /// <summary>The first factor was good; the second is due, with this challenge.</summary>
    public sealed record Challenged(string Challenge) : SignInOutcome;

    /// <summary>401 or 403 with its code. One answer for a wrong password, an unknown address and a deleted account.</summary>
    public sealed record Refused(int Status, string Code, string Detail) : SignInOutcome;

    public sealed record TooMany(TimeSpan Wait) : SignInOutcome;

    public static Refused WrongCredentials { get; } = new(StatusCodes.Status401Unauthorized, "invalid_credentials", "The e-mail address or the password is wrong.");

    public static Refused InvalidToken { get; } = new(StatusCodes.Status400BadRequest, "invalid_token", "The link or code is unknown, expired or was used before.");
}
