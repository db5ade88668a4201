using System.ClientModel;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>Why texts could not be embedded, as far as a caller may know it.</summary>
/// <param name="Passes">Whether trying again later may help.</param>
internal sealed record EmbedderFailure(string Code, string Detail, bool Passes)
{
    /// <returns>Null when the exception is not the endpoint's doing.</returns>
    public static EmbedderFailure? Of(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        ClientResultException { Status: 0 or 408 or 429 or >= 500 } or HttpRequestException or IOException => Unavailable,
        ClientResultException refused => new EmbedderFailure("embedding_refused", $"The embedding endpoint answered with the status {refused.Status}.", Passes: false),
        AggregateException { InnerException: { } inner } => Of(inner, cancellationToken),
        OperationCanceledException when !cancellationToken.IsCancellationRequested => Unavailable,
        _ => null,
    };

    private static EmbedderFailure Unavailable { get; } = new("embedding_unavailable", "The embedding endpoint is not available.", Passes: true);
}

/// <summary>Texts could not be embedded, through no fault of theirs.</summary>
internal sealed class EmbeddingException(EmbedderFailure failure, Exception cause) : Exception(failure.Detail, cause)
{
    public EmbedderFailure Failure => failure;
}
