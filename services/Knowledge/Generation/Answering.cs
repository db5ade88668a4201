using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Quotas;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Answers from the group's knowledge, and the line in the log that each answer leaves.</summary>
internal sealed class Answering(
    KnowledgeSearch search, IAnswerer answerer, ModelBudget budget, AnswerMetrics metrics, ActivityLog log, RequestOrigin origin, TimeProvider clock)
{
    private const int LongestLogged = 500;

    /// <summary>Checks the request and the group's quota, and finds the passages; nothing is asked of a model yet.</summary>
    public async Task<(AnswerTask? Task, ProblemHttpResult? Problem)> PrepareAsync(
        Guid groupId, GenerateRequest request, IReadOnlyList<Turn> history, CancellationToken cancellationToken)
    {
        if (AnswerContexts.Read(request.Context) is not { } context)
        {
            return (null, Problems.Invalid("/context", "invalid", "A context is true, false or an object of the documented members."));
        }

        if (context.IsOff && !answerer.IsModel)
        {
            return (null, Problems.Invalid("/context", "model_required", "No model is configured; without knowledge there is nothing to answer from."));
        }

        if (request.Model is { } model && !answerer.Knows(model))
        {
            return (null, Problems.Invalid("/model", "model_unknown", "This model is not configured."));
        }

        if (string.IsNullOrWhiteSpace(request.Prompt))
        {
            return (null, Problems.Invalid("/prompt", "required", "A prompt has words."));
        }

        if (answerer.IsModel && await budget.RefusalAsync(groupId, cancellationToken) is { } refusal)
        {
            return (null, refusal);
        }

        if (context.IsOff)
        {
            return (new AnswerTask(request.Prompt, [], history, request.System, request.Model, request.MaxTokens, IsGrounded: false), null);
        }

        var (results, faults) = await search.SearchAsync(groupId, context.Search(request.Prompt), cancellationToken);
        return faults.Count > 0
            ? (null, Problems.Invalid([.. faults.Select(f => f with { Pointer = $"/context{f.Pointer}" })]))
            : (new AnswerTask(request.Prompt, PassagesOf(results), history, request.System, request.Model, request.MaxTokens), null);
    }

    /// <summary>The answer bit by bit; logged when it is whole, and counted however it ends.</summary>
    public async IAsyncEnumerable<AnswerPart> AnswerAsync(Guid groupId, AnswerTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (written, isWhole) = (new StringBuilder(), false);
        try
        {
            await foreach (var part in answerer.AnswerAsync(task, cancellationToken))
            {
                if (part is AnswerText text)
                {
                    written.Append(text.Delta);
                }
                else if (part is AnswerEnd end)
                {
                    isWhole = true;
                    await LogAnswerAsync(groupId, task, end, cancellationToken);
                }

                yield return part;
            }
        }
        finally
        {
            // The provider has been at work, and is paid, whether or not somebody waited for the end.
            if (!isWhole && answerer.IsModel && written.Length > 0)
            {
                var read = TokenCounter.Count(task.Question) + task.Passages.Sum(p => TokenCounter.Count(p.Text));
                await budget.SpendAsync(groupId, read, TokenCounter.Count(written.ToString()), CancellationToken.None);
            }
        }
    }

    private async Task LogAnswerAsync(Guid groupId, AnswerTask task, AnswerEnd end, CancellationToken cancellationToken)
    {
        metrics.Answered(end.Model);
        if (answerer.IsModel)
        {
            await budget.SpendAsync(groupId, end.Usage.InputTokens, end.Usage.OutputTokens, cancellationToken);
        }

        await LogAsync(
            "ai_response_generated", groupId,
            new
            {
                Prompt = Shorten(task.Question),
                ResponseLength = end.Text.Length,
                end.Model,
                Sources = task.Passages.Count,
                end.Usage.InputTokens,
                end.Usage.OutputTokens,
            }, cancellationToken);
    }

    public async Task<GenerateResponse> GenerateAsync(Guid groupId, AnswerTask task, CancellationToken cancellationToken)
    {
        var end = await EndOfAsync(AnswerAsync(groupId, task, cancellationToken));
        return new GenerateResponse(end.Text, end.Model, end.FinishReason, end.Usage, end.Citations, task.Passages);
    }

    public async Task<(AiSearchResponse? Answer, IReadOnlyList<ProblemError> Faults)> SearchAsync(
        Guid groupId, SearchRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Query))
        {
            return (null, [new ProblemError("/query", "required", "An answer needs a question.")]);
        }

        var (results, faults) = await search.SearchAsync(groupId, request, cancellationToken);
        if (faults.Count > 0)
        {
            return (null, faults);
        }

        // Always extractive: a search should be quick and cost nothing.
        var end = await EndOfAsync(new ExtractiveAnswerer().AnswerAsync(new AnswerTask(request.Query, PassagesOf(results), []), cancellationToken));
        await LogAsync("question_answered", groupId, new { Question = Shorten(request.Query), ChunksUsed = results.Count }, cancellationToken);
        return (new AiSearchResponse(results, results.Count, end.Text, end.Model, end.Citations), []);
    }

    private static async Task<AnswerEnd> EndOfAsync(IAsyncEnumerable<AnswerPart> parts)
    {
        AnswerEnd? end = null;
        await foreach (var part in parts)
        {
            end = part as AnswerEnd ?? end;
        }

        return end ?? throw new InvalidOperationException("An answerer ended without an end.");
    }

    private static List<AnswerPassage> PassagesOf(IReadOnlyList<SearchResult> results) => [.. results.Where(r => r.Text.Length > 0).Select(r => new AnswerPassage(
        r.Id, r.Title ?? TitleOf(r.Text), r.Text, r.Score, r.DocumentId, r.ThingId, r.ChunkIndex, r.Start, r.End))];

    private Task LogAsync(string type, Guid groupId, object metadata, CancellationToken cancellationToken)
        => log.WriteAsync(KnowledgeEvents.Activity(type, groupId, metadata, origin.Current, clock.GetUtcNow()), cancellationToken);

    private static string TitleOf(string text)
    {
        var line = text.AsSpan().TrimStart();
        line = line.IndexOf('\n') is var feed and >= 0 ? line[..feed] : line;
        return line.Length <= 80 ? line.ToString() : $"{line[..79]}…";
    }

    private static string Shorten(string text) => text.Length <= LongestLogged ? text : text[..LongestLogged];
}
