namespace OnePlatform.Identity.Exchange;

internal abstract record ExchangeOutcome
{
    private ExchangeOutcome()
    {
    }

    public sealed record Exchanged(ExchangeResponse Response) : ExchangeOutcome;

    /// <param name="Status">401 for the credential, 403 for what is demanded of it, 404 for the group.</param>
    public sealed record Refused(int Status, string Code, string Detail) : ExchangeOutcome;

    public static Refused NoGroup { get; } = new(StatusCodes.Status404NotFound, "group_not_found", "There is no such group for this credential.");
}
