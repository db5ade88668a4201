using CsCheck;
using OnePlatform.Knowledge.Analysis;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Analysis;

public sealed class FindingTerms
{
    [Theory]
    [InlineData("Running RUNS", "run run")]
    [InlineData("Café naïve Łódź Straße Ærø", "cafe naiv lodz strass aero")]
    [InlineData("cafe\u0301", "cafe")]
    [InlineData("the boundary layer of a plate", "boundari layer plate")]
    [InlineData("don't O'Neil's dog’s", "oneil dog")]
    [InlineData("mach 3.14 and 1,000", "mach 3.14 1,000")]
    [InlineData("東京 tower", "東 京 tower")]
    [InlineData("Ｗｉｄｅ", "wide")]
    [InlineData("snake_case heat-transfer", "snake case heat transfer")]
    [InlineData("... !!! —", "")]
    public void Words_are_folded_and_stemmed_and_stop_words_left_out(string text, string terms) =>
        Assert.Equal(terms, string.Join(' ', TextAnalyzer.Terms(text).Select(term => term.Text)));

    [Fact]
    public void Offsets_are_those_of_the_word_in_the_text()
    {
        const string text = "A café's  flying\tmachines 😀 fly";
        Assert.Equal(["café's", "flying", "machines", "fly"], TextAnalyzer.Terms(text).Select(term => text[term.Start..term.End]));
    }

    [Fact]
    public void No_text_whatever_upsets_it() =>
        Gen.String.Sample(text =>
        {
            var end = 0;
            foreach (var term in TextAnalyzer.Terms(text))
            {
                Assert.True(term.Start >= end && term.End <= text.Length && term.Text.Length > 0);
                end = term.End;
            }
        });

    [Theory]
    [InlineData("Flying FLOWS of café's flown in 東京, Łódź and Ｗｉｄｅ yards; dying yellow", "flow cafe wide die yell")]
    [InlineData("flying and the of", "")]
    public void Terms_of_some_stems_are_those_among_all_terms(string text, string stems) =>
        Gen.String.Sample(more => Same(text + more, [.. stems.Split(' '), .. TextAnalyzer.Terms(more).Select(term => term.Text).Take(2)]));

    private static void Same(string text, HashSet<string> stems) => Assert.Equal(
        TextAnalyzer.Terms(text).Where(term => stems.Contains(term.Text)), TextAnalyzer.TermsOf(text, stems).Where(term => term.Text.Length > 0));

    [Fact]
    public void Encoded_data_is_not_a_word() => Assert.Empty(TextAnalyzer.Terms(new string('x', 5_000)));
}
