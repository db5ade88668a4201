using System.Globalization;
using OnePlatform.AppHost.Local.Processes;

namespace OnePlatform.AppHost.Local.Servers;

/// <summary>The account a server runs under. Root runs servers as somebody without rights (PostgreSQL insists); others as themselves.</summary>
internal sealed class ServerAccount
{
    private readonly (int User, int Group)? _ids;

    private ServerAccount((int User, int Group)? ids) => _ids = ids;

    public static ServerAccount For(string preferred)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new ServerAccount(null);
        }

        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).ToLookup(fields => fields[0]);
        var account = accounts[preferred].FirstOrDefault() ?? accounts["nobody"].FirstOrDefault()
            ?? throw new PlatformException($"There is no user '{preferred}' and no user 'nobody' to run the server as.");
        return new ServerAccount((
            int.Parse(account[2], CultureInfo.InvariantCulture),
            int.Parse(account[3], CultureInfo.InvariantCulture)));
    }

    public IReadOnlyList<string> Run(params IEnumerable<string> words) => _ids is { } ids
        ? ["setpriv", $"--reuid={ids.User}", $"--regid={ids.Group}", "--clear-groups", "--", .. words]
        : [.. words];

    public async Task OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (_ids is { } ids)
        {
            await ShellCommand.RunAsync(["chown", "-R", $"{ids.User}:{ids.Group}", folder], _ => { }, cancellationToken);
        }
    }
}
