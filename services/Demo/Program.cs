using OnePlatform.Demo;

// Fills a fresh platform with a tenant to look at, through the public API alone. Run by the AppHost in Development.
var settings = DemoSettings.FromEnvironment();
if (!settings.Enabled)
{
    Console.WriteLine("No demo is wanted.");
    return 0;
}

using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
try
{
    var tenant = await DemoTenant.EnsureAsync(settings, deadline.Token);
    await DemoFile.WriteAsync(settings.File, tenant, deadline.Token);
    Console.WriteLine($"The demo tenant '{tenant.GroupId}' is ready; {settings.File} has its credentials.");
    return 0;
}
catch (Exception exception) when (exception is HttpRequestException or DemoRefusedException or OperationCanceledException)
{
    Console.Error.WriteLine($"The demo could not be made: {exception.Message}");
    return 1;
}
