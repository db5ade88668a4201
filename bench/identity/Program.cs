using System.Globalization;
using OnePlatform.Bench.Identity;

if (args is not [var service, var rounds, var seconds, var cost])
{
    Console.Error.WriteLine("Identity.Bench IDENTITY.DLL ROUNDS SECONDS COST   (bench/identity/run gives all four)");
    return 2;
}

var span = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
var workFactor = int.Parse(cost, CultureInfo.InvariantCulture);
await using var identity = await RunningIdentity.StartAsync(service, workFactor);
var person = await SignedInPerson.SignUpAsync(identity.Address);
using var load = new Load(identity.Address, person);

// Both sides warm: compiled, connected, and past the first hash.
BareBcrypt.Measure(workFactor, TimeSpan.FromSeconds(2));
await load.SignInAsync(TimeSpan.FromSeconds(2));
await load.CheckSessionsAsync(TimeSpan.FromSeconds(3));

var idle = await load.AnswersWhileAsync(Task.Delay(TimeSpan.FromSeconds(3)));
Console.WriteLine($"idle: {idle}");
List<double> bare = [], signIns = [];
for (var round = 0; round < int.Parse(rounds, CultureInfo.InvariantCulture); round++)
{
    bare.Add(BareBcrypt.Measure(workFactor, span));
    var storm = load.SignInAsync(span);
    var meanwhile = await load.AnswersWhileAsync(storm);
    signIns.Add(await storm);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bcrypt {bare[^1]:F2}/s, sign-ins {signIns[^1]:F2}/s; meanwhile {meanwhile}"));
}

var (checks, latencies) = await load.CheckSessionsAsync(span);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"cost {workFactor}: bcrypt {Sample.Median(bare):F2}/s, sign-ins {Sample.Median(signIns):F2}/s: {100 * Sample.Median(signIns) / Sample.Median(bare):F0} %"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"session checks {checks:F0}/s, {latencies}"));
return 0;
