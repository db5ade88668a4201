namespace OnePlatform.Identity.Attempts;

/// <summary>How often something may be tried; section <c>Identity:Attempts</c>.</summary>
internal sealed class AttemptOptions
{
    /// <summary>Failed sign-ins to one account from one address.</summary>
    public AttemptRule SignIn { get; set; } = new() { Limit = 5, Window = TimeSpan.FromMinutes(15) };

    /// <summary>
    /// Failed sign-ins to one account from everywhere, which many addresses share out among them. Beyond it the account is closed to
    /// strangers until the window ends, and open to every address that its person signed in from lately.
    /// </summary>
    public AttemptRule SignInPerAccount { get; set; } = new() { Limit = 50, Window = TimeSpan.FromMinutes(15) };

    /// <summary>Failed sign-ins from one address, to whatever accounts.</summary>
    public AttemptRule SignInPerAddress { get; set; } = new() { Limit = 100, Window = TimeSpan.FromMinutes(15) };

    public AttemptRule SignUp { get; set; } = new() { Limit = 3, Window = TimeSpan.FromHours(1) };

    /// <summary>Mails of one kind to one account, or asked for by one: reset, link, verification, a new address.</summary>
    public AttemptRule Mail { get; set; } = new() { Limit = 3, Window = TimeSpan.FromHours(1) };

    /// <summary>Mails asked for from one address, to whomever.</summary>
    public AttemptRule MailPerAddress { get; set; } = new() { Limit = 20, Window = TimeSpan.FromHours(1) };

    /// <summary>Wrong codes of a second factor, and wrong passwords of somebody signed in, per account.</summary>
    public AttemptRule Proof { get; set; } = new() { Limit = 5, Window = TimeSpan.FromMinutes(15) };

    /// <summary>Wrong codes and links from one address.</summary>
    public AttemptRule ProofPerAddress { get; set; } = new() { Limit = 50, Window = TimeSpan.FromMinutes(15) };

    /// <summary>Ways to a sign-in provider from one address.</summary>
    public AttemptRule OAuthPerAddress { get; set; } = new() { Limit = 100, Window = TimeSpan.FromMinutes(15) };

    public AttemptRule SignUpPerAddress { get; set; } = new() { Limit = 20, Window = TimeSpan.FromHours(1) };
}

internal sealed class AttemptRule
{
    public int Limit { get; set; }

    public TimeSpan Window { get; set; }
}
