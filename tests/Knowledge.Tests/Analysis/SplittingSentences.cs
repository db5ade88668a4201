using CsCheck;
using OnePlatform.Knowledge.Analysis;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Analysis;

public sealed class SplittingSentences
{
    [Theory]
    [InlineData("One here. Two there! Three?", "One here.|Two there!|Three?")]
    [InlineData("It cost 3.14 by Dr. Who, e.g. today. Next", "It cost 3.14 by Dr. Who, e.g. today.|Next")]
    [InlineData("He said \"stop.\" Then left.", "He said \"stop.\"|Then left.")]
    [InlineData("no capitals . still two .", "no capitals .|still two .")]
    [InlineData("A line\nbreak stays.\n\nA blank line ends", "A line\nbreak stays.|A blank line ends")]
    [InlineData("これは文です。次の文。", "これは文です。|次の文。")]
    [InlineData("  \n ", "")]
    public void Sentences_end_where_a_reader_would_end_them(string text, string sentences) =>
        Assert.Equal(sentences, string.Join('|', Split(text)));

    [Fact]
    public void Nothing_but_white_space_lies_between_sentences() =>
        Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.OneOf('.', '!', ' ', '\n', '"', ')', 'é')), 0, 200].Sample(text =>
            Assert.Equal(
                string.Concat(text.Where(c => !char.IsWhiteSpace(c))),
                string.Concat(string.Concat(Split(text)).Where(c => !char.IsWhiteSpace(c)))));

    private static List<string> Split(string text)
    {
        var sentences = new List<string>();
        var reader = new SentenceReader(text);
        while (reader.Read())
        {
            sentences.Add(text[reader.Start..reader.End]);
        }

        return sentences;
    }
}
