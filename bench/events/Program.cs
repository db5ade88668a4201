using System.Globalization;
using OnePlatform.Bench.Events;

var size = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
return args.FirstOrDefault() switch
{
    "record" => await RecordRun.RunAsync(size > 0 ? size : 50_000),
    "visible" => await VisibleRun.RunAsync(size > 0 ? size : 10),
    "reads" => await ReadsRun.RunAsync(size > 0 ? size : 5_000_000),
    "retention" => await RetentionRun.RunAsync(size > 0 ? size : 1_000_000),
    "listeners" => await ListenersRun.RunAsync(size > 0 ? size : 1_000),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Events.Bench record [EVENTS] | visible [SECONDS] | reads [EVENTS] | retention [EVENTS] | listeners [LISTENERS] (bench/events/run builds it first)");
    return 2;
}
