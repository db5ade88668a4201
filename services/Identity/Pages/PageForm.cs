using OnePlatform.Identity.Accounts;

namespace OnePlatform.Identity.Pages;

/// <summary>The values of a posted form that came from one of our pages.</summary>
internal sealed record PageForm(IFormCollection Values)
{
    private const int LongestValue = 2000;

    public string this[string name] => Values[name].ToString() is { Length: <= LongestValue } value ? value : "";

    /// <returns>Null when the form is not ours or no form.</returns>
    public static async Task<PageForm?> ReadAsync(HttpRequest request, FormGuard guard, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            return null;
        }

        var values = await request.ReadFormAsync(cancellationToken);
        return guard.Accepts(request, values) ? new PageForm(values) : null;
    }

    public static IResult NotOurs(HttpContext context) => new AccountPage("This form has expired")
        .Error("Go back and open the page anew, and let this site keep its cookie until you are done.").Show(context, StatusCodes.Status400BadRequest);

    /// <summary>Where to go on to; the start when it is not to be trusted.</summary>
    public static string Onward(string returnTo, ReturnAddresses addresses) => returnTo.Length > 0 && addresses.Allows(returnTo) ? returnTo : "/";
}
