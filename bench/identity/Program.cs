using System.Globalization;
using OnePlatform.Bench.Identity;

if (args is not [var dll, var rounds, var seconds, var cost])
{
    Console.Error.WriteLine("Identity.Bench IDENTITY.DLL ROUNDS SECONDS COST   (bench/identity/run gives all four)");
    return 2;
}

var span = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
var workFactor = int.Parse(cost, CultureInfo.InvariantCulture);
await using var identity = await RunningIdentity.StartAsync(dll, workFactor);
var person = await SignedInPerson.SignUpAsync(identity.Address);
using var load = new Load(identity.Address, person);

// Both sides warm: compiled, connected, and past the first hash.
BareBcrypt.MeasureOfSystem(workFactor, TimeSpan.FromSeconds(2));
BareBcrypt.MeasureOfService(workFactor, TimeSpan.FromSeconds(2));
await load.SignInAsync(TimeSpan.FromSeconds(2));
await load.CheckSessionsAsync(TimeSpan.FromSeconds(3));

var idle = await load.AnswersWhileAsync(Task.Delay(TimeSpan.FromSeconds(3)));
Console.WriteLine($"idle: {idle}");
List<double> system = [], service = [], signIns = [];
for (var round = 0; round < int.Parse(rounds, CultureInfo.InvariantCulture); round++)
{
    system.Add(BareBcrypt.MeasureOfSystem(workFactor, span));
    service.Add(BareBcrypt.MeasureOfService(workFactor, span));
    var storm = load.SignInAsync(span);
    var meanwhile = await load.AnswersWhileAsync(storm);
    signIns.Add(await storm);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bcrypt {system[^1]:F2}/s, side by side {service[^1]:F2}/s, sign-ins {signIns[^1]:F2}/s; meanwhile {meanwhile}"));
}

var (checks, latencies) = await load.CheckSessionsAsync(span);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"cost {workFactor}: sign-ins {Sample.Median(signIns):F2}/s: {Of(system)} of bcrypt by the system, {Of(service)} of it side by side"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"session checks {checks:F0}/s, {latencies}"));
return 0;

string Of(List<double> bare) => string.Create(CultureInfo.InvariantCulture, $"{100 * Sample.Median(signIns) / Sample.Median(bare):F0} % ({Sample.Median(bare):F2}/s)");
