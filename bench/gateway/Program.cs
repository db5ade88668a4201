using OnePlatform.Bench.Gateway;

return args switch
{
    ["target", var port] => await Target.RunAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
    ["proxy", var port, var target] => await BareProxy.RunAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), target),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Gateway.Bench target PORT | proxy PORT TARGET-ADDRESS   (bench/gateway/run starts both)");
    return 2;
}
