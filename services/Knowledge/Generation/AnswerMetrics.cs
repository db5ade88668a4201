using System.Diagnostics.Metrics;

namespace OnePlatform.Knowledge.Generation;

/// <summary>How much is answered and what the language model costs, over all groups; what one group used is in its budget.</summary>
internal sealed class AnswerMetrics
{
    private readonly Counter<long> _answers;
    private readonly Counter<long> _tokens;

    public AnswerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OnePlatform.Knowledge");
        _answers = meter.CreateCounter<long>("ai.answers", "{answer}", "Answers that were written to their end, by model.");
        _tokens = meter.CreateCounter<long>("ai.tokens", "{token}", "Tokens that went to the language model and came from it, by direction: input or output.");
    }

    public void Answered(string model) => _answers.Add(1, new KeyValuePair<string, object?>("model", model));

    public void Spent(int input, int output)
    {
        _tokens.Add(input, new KeyValuePair<string, object?>("direction", "input"));
        _tokens.Add(output, new KeyValuePair<string, object?>("direction", "output"));
    }
}
