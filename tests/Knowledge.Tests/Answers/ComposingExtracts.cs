using CsCheck;
using OnePlatform.Knowledge.Answers;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Answers;

public sealed class ComposingExtracts
{
    private static readonly AnswerSource[] s_sources =
    [
        new("refunds", "# Refunds\n\nWe pay a refund within fourteen\ndays of the return. Shipping is not paid back. The shop opens at nine o'clock."),
        new("returns", "Returned goods must be unused and in their box. A refund goes to the card that paid for the goods."),
        new("copy", "We pay a refund within fourteen days of the return."),
    ];

    [Fact]
    public void The_sentences_that_answer_come_with_their_sources()
    {
        var answer = ExtractiveComposer.Compose("How many days until a refund is paid to my card?", s_sources);

        Assert.Contains("fourteen days", answer.Text, StringComparison.Ordinal);
        Assert.Contains("to the card", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("nine", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["refunds", "returns"], answer.Citations.Select(citation => citation.SourceId));
        AssertSupported(answer, s_sources);
    }

    [Fact]
    public void A_question_the_sources_say_nothing_about_has_no_answer()
    {
        var answer = ExtractiveComposer.Compose("Who won the world cup?", s_sources);
        Assert.Equal("", answer.Text);
        Assert.Empty(answer.Citations);
        Assert.Empty(ExtractiveComposer.Compose("refund", []).Citations);
    }

    [Fact]
    public void Whatever_the_sources_each_citation_is_word_for_word_theirs() =>
        Gen.Select(
            Gen.OneOf("wing ", "lift. ", "Drag ", "plate\n", "\r\n\r\n", "Shock! ", "of the ", "😀 ").Array[0, 60]
                .Select(parts => string.Concat(parts)).Array[0, 5],
            Gen.OneOf("lift of a wing", "drag and shock", "plate")).Sample((texts, question) =>
        {
            var sources = texts.Select((text, i) => new AnswerSource($"s{i}", text)).ToList();
            AssertSupported(ExtractiveComposer.Compose(question, sources), sources);
        });

    private static void AssertSupported(ExtractiveAnswer answer, IReadOnlyList<AnswerSource> sources)
    {
        var end = -1;
        foreach (var citation in answer.Citations)
        {
            var source = sources.Single(source => source.Id == citation.SourceId).Text;
            Assert.Equal(
                source[citation.SourceStart..citation.SourceEnd].Replace('\n', ' ').Replace('\r', ' '),
                answer.Text[citation.Start..citation.End]);
            Assert.Equal(end + 1, citation.Start);
            end = citation.End;
        }

        Assert.Equal(answer.Text.Length, Math.Max(0, end));
    }
}
