using System.Runtime.CompilerServices;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Answers from the group's knowledge, and the line in the log that each answer leaves.</summary>
internal sealed class Answering(KnowledgeSearch search, IAnswerer answerer, ActivityLog log, RequestOrigin origin, TimeProvider clock)
{
    private const int LongestLogged = 500;

    /// <summary>Checks the request and finds the passages; nothing is asked of a model yet.</summary>
    public async Task<(AnswerTask? Task, IReadOnlyList<ProblemError> Faults)> PrepareAsync(
        Guid groupId, GenerateRequest request, IReadOnlyList<Turn> history, CancellationToken cancellationToken)
    {
        if (AnswerContexts.Read(request.Context) is not { } context)
        {
            return (null, [new ProblemError("/context", "invalid", "A context is true, false or an object of the documented members.")]);
        }

        if (context.IsOff && !answerer.CanDoWithoutSources)
        {
            return (null, [new ProblemError("/context", "model_required", "No model is configured; without knowledge there is nothing to answer from.")]);
        }

        if (request.Model is { } model && !answerer.Knows(model))
        {
            return (null, [new ProblemError("/model", "model_unknown", "This model is not configured.")]);
        }

        if (string.IsNullOrWhiteSpace(request.Prompt))
        {
            return (null, [new ProblemError("/prompt", "required", "A prompt has words.")]);
        }

        if (context.IsOff)
        {
            return (new AnswerTask(request.Prompt, [], history, request.System, request.Model, request.MaxTokens, IsGrounded: false), []);
        }

        var (results, faults) = await search.SearchAsync(groupId, context.Search(request.Prompt), cancellationToken);
        return faults.Count > 0
            ? (null, [.. faults.Select(f => f with { Pointer = $"/context{f.Pointer}" })])
            : (new AnswerTask(request.Prompt, PassagesOf(results), history, request.System, request.Model, request.MaxTokens), []);
    }

    /// <summary>The answer bit by bit; logged when it is whole.</summary>
    public async IAsyncEnumerable<AnswerPart> AnswerAsync(Guid groupId, AnswerTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var part in answerer.AnswerAsync(task, cancellationToken))
        {
            if (part is AnswerEnd end)
            {
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

            yield return part;
        }
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
