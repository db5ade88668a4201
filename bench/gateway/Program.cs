using System.Globalization;
using OnePlatform.Bench.Gateway;

return args switch
{
    ["target", var port] => await Target.RunAsync(Port(port)),
    ["proxy", var port, var target] => await BareProxy.RunAsync(Port(port), target),
    ["gateway", var port, var without, var identity] => await LayeredGateway.RunAsync(Port(port), without, identity),
    ["row", var port] when Environment.GetEnvironmentVariable("DATABASE") is { } database => await BareRow.RunAsync(Port(port), database),
    _ => Usage(),
};

static int Port(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("Gateway.Bench target PORT | proxy PORT TARGET | gateway PORT WITHOUT IDENTITY | DATABASE=… row PORT   (bench/gateway/run starts them)");
    return 2;
}
