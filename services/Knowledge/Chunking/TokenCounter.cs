using Microsoft.ML.Tokenizers;

namespace OnePlatform.Knowledge.Chunking;

/// <summary>Counts tokens as OpenAI's models since GPT-4 do (cl100k). The vocabulary takes 20 MB, so it is loaded at first use.</summary>
internal static class TokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> s_tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("cl100k_base"));

    public static int Count(ReadOnlySpan<char> text) => s_tokenizer.Value.CountTokens(text);

    /// <summary>How many characters from the front make at most so many tokens.</summary>
    public static int Fitting(ReadOnlySpan<char> text, int tokens) =>
        s_tokenizer.Value.GetIndexByTokenCount(text, tokens, out _, out _);
}
