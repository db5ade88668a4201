using OnePlatform.AppHost.Local;

namespace OnePlatform.Platform.Tests.AppHost;

public sealed class ReadingFlags
{
    [Fact]
    public void Without_flags_the_defaults_hold() => Assert.Equal(new CommandLine(), CommandLine.Parse([]));

    [Theory]
    [InlineData("--port", "9000")]
    [InlineData("--port=9000")]
    public void A_value_follows_its_flag_or_an_equals_sign(params string[] args)
        => Assert.Equal(new CommandLine { Port = 9000 }, CommandLine.Parse(args));

    [Fact]
    public void Flags_combine()
        => Assert.Equal(
            new CommandLine { Data = "/tmp/state", Reset = true, Demo = false },
            CommandLine.Parse(["--reset", "--no-demo", "--data", "/tmp/state"]));

    [Fact]
    public void A_relative_data_folder_is_relative_to_where_one_stands()
        => Assert.Equal(Path.GetFullPath("state"), CommandLine.Parse(["--data=state"]).Data);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_asked_for_by(string flag) => Assert.True(CommandLine.Parse([flag]).Help);

    [Theory]
    [InlineData("--prot", "9000")]
    [InlineData("--port", "many")]
    [InlineData("--port", "70000")]
    [InlineData("--port")]
    [InlineData("--data")]
    [InlineData("9000")]
    public void What_makes_no_sense_is_refused_in_words(params string[] args)
        => Assert.Contains(args[0], Assert.Throws<PlatformException>(() => CommandLine.Parse(args)).Message, StringComparison.Ordinal);
}
