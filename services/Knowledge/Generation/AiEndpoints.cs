using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Searching;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Generation;

internal static class AiEndpoints
{
    public static void MapAi(this IEndpointRouteBuilder routes)
    {
        var ai = routes.MapGroup("/api/ai").WithTags("AI");
        ai.MapPost("/generate", Generate).WithName("Generate").WithSummary("Answer from the group's knowledge, with citations")
            .Access("ai:generate", Role.GroupUser);
        ai.MapPost("/stream", Stream).WithName("StreamAnswer").WithSummary("The same as an AI SDK UI message stream")
            .Access("ai:generate", Role.GroupUser).Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        ai.MapPost("/search", Search).WithName("SearchAndAnswer").WithSummary("Search, and answer with the sentences that say it")
            .Access("knowledge:read", Role.GroupUser);
    }

    private static async Task<Results<Ok<GenerateResponse>, ProblemHttpResult>> Generate(
        GenerateRequest request, ActingGroup group, Answering answering, HttpContext context, CancellationToken cancellationToken)
    {
        var (task, problem) = await answering.PrepareAsync(group.Id, request, [], cancellationToken);
        if (task is null)
        {
            return problem!;
        }

        try
        {
            return TypedResults.Ok(await answering.GenerateAsync(group.Id, task, cancellationToken));
        }
        catch (Exception ex) when (ModelFailure.Of(ex, cancellationToken) is { } failure)
        {
            return StreamingAnswer.ProblemOf(failure, context);
        }
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Stream(
        GenerateRequest request, ActingGroup group, Answering answering, StreamingAnswer streaming, HttpContext context, CancellationToken cancellationToken)
    {
        var (task, problem) = await answering.PrepareAsync(group.Id, request, [], cancellationToken);
        if (task is null)
        {
            return problem!;
        }

        UiMessageStream.WriteHeaders(context.Response);
        await streaming.WriteAsync(group.Id, streaming.NewMessageId(), task, WriteAsync, _ => Task.CompletedTask, cancellationToken);
        return TypedResults.Empty;

        Task WriteAsync(string lines) => context.Response.SendAsync(lines, CancellationToken.None);
    }

    private static async Task<Results<Ok<AiSearchResponse>, ProblemHttpResult>> Search(
        SearchRequest request, ActingGroup group, Answering answering, CancellationToken cancellationToken)
    {
        var (answer, faults) = await answering.SearchAsync(group.Id, request, cancellationToken);
        return answer is null ? Problems.Invalid(faults) : TypedResults.Ok(answer);
    }
}
