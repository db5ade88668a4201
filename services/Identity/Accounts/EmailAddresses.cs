using System.Text.RegularExpressions;
using Npgsql;

namespace OnePlatform.Identity.Accounts;

/// <summary>Makes one of the many spellings of an address: trimmed, compatibility characters folded (NFKC), lower case.</summary>
internal sealed partial class EmailAddresses(NpgsqlDataSource dataSource)
{
    public const int Longest = 254;

    /// <returns>Null when the text is no address that mail could be sent to.</returns>
    public async Task<string?> NormalizeAsync(string text, CancellationToken cancellationToken)
    {
        var email = text.Trim();
        if (email.Length > Longest || email.Any(char.IsControl))
        {
            return null;
        }

        if (!System.Text.Ascii.IsValid(email))
        {
            email = await FoldAsync(email, cancellationToken);
        }

        email = email.ToLowerInvariant();
        return email.Length <= Longest && Shape().IsMatch(email) ? email : null;
    }

    // The process runs without ICU, whose tables .NET needs for NFKC. PostgreSQL has its own.
    private async Task<string> FoldAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select normalize($1, nfkc)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = email });
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [GeneratedRegex(@"^[^@\s""(),:;<>\[\]\\]{1,64}@[^@\s""(),:;<>\[\]\\_.]+(\.[^@\s""(),:;<>\[\]\\_.]+)+\z")]
    private static partial Regex Shape();
}
