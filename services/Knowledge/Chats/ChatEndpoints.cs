using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Knowledge.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Chats;

internal static class ChatEndpoints
{
    public static void MapChats(this IEndpointRouteBuilder routes)
    {
        var chat = routes.MapGroup("/api/ai/chat").WithTags("AI");
        chat.MapPost("/", Answer).WithName("Chat").WithSummary("Answer a conversation, as useChat of the AI SDK asks")
            .Access("ai:generate", Role.GroupUser).Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status409Conflict);
        chat.MapGet("/{id}", Get).WithName("GetChat").WithSummary("Get a stored conversation").Access("ai:generate", Role.GroupUser);
        chat.MapGet("/{id}/stream", Resume).WithName("ResumeChat").WithSummary("Read an answer that is being written from its beginning")
            .WithDescription("At whichever instance; 204 when none is being written.")
            .Access("ai:generate", Role.GroupUser).Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        chat.MapDelete("/{id}/stream", Stop).WithName("StopChat").WithSummary("Stop an answer that is being written").Access("ai:generate", Role.GroupUser);
    }

    private static async Task<Results<EmptyHttpResult, NotFound, ProblemHttpResult>> Answer(
        ChatRequest request, ActingGroup group, ChatStore chats, ChatStreams streams, Answering answering, StreamingAnswer streaming, HttpContext context,
        CancellationToken cancellationToken)
    {
        var stored = request.Messages is null ? await chats.FindAsync(group, request.Id, cancellationToken) : null;
        var (messages, fault) = UiMessages.Read(request, stored?.Messages);
        if (messages is null)
        {
            return Problems.Invalid([fault!]);
        }

        var asked = new GenerateRequest(messages.Question, request.Context, request.System, request.Model, request.MaxTokens);
        var (task, problem) = await answering.PrepareAsync(group.Id, asked, messages.History, cancellationToken);
        if (task is null)
        {
            return problem!;
        }

        await using var stream = await streams.BeginAsync(group, request.Id, cancellationToken);
        if (stream is null)
        {
            return Problems.Conflict("chat_busy", "An answer of this chat is being written; read it or stop it.");
        }

        if (!await chats.SaveAsync(group, request.Id, messages.All.ToJsonString(ApiJson.Options), cancellationToken))
        {
            return TypedResults.NotFound();
        }

        // A client that goes away may come back for the answer, so only a stop ends it.
        UiMessageStream.WriteHeaders(context.Response);
        var messageId = streaming.NewMessageId();
        await streaming.WriteAsync(
            group.Id, messageId, task, WriteAsync,
            text => chats.AnswerAsync(group, request.Id, messages.With(messageId, text, task.Passages)), stream.Stopped);
        return TypedResults.Empty;

        async Task WriteAsync(string lines)
        {
            await context.Response.SendAsync(lines, CancellationToken.None);
            await stream.AddAsync(lines);
        }
    }

    private static async Task<Results<Ok<ChatResponse>, NotFound>> Get(
        string id, ActingGroup group, ChatStore chats, CancellationToken cancellationToken)
        => await chats.FindAsync(group, id, cancellationToken) is { } chat ? TypedResults.Ok(chat) : TypedResults.NotFound();

    private static async Task<Results<EmptyHttpResult, NoContent>> Resume(
        string id, ActingGroup group, ChatStreams streams, HttpContext context, CancellationToken cancellationToken)
    {
        if (await streams.FindAsync(group, id, cancellationToken) is not { } answer)
        {
            return TypedResults.NoContent();
        }

        UiMessageStream.WriteHeaders(context.Response);
        await foreach (var lines in answer)
        {
            await context.Response.SendAsync(lines, cancellationToken);
        }

        return TypedResults.Empty;
    }

    private static async Task<NoContent> Stop(string id, ActingGroup group, ChatStreams streams, CancellationToken cancellationToken)
    {
        await streams.StopAsync(group, id, cancellationToken);
        return TypedResults.NoContent();
    }
}
