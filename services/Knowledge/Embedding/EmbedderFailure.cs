using System.ClientModel;
using Microsoft.Extensions.AI;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>Why texts could not be embedded, as far as a caller may know it.</summary>
/// <param name="Passes">Whether trying again later may help.</param>
internal sealed record EmbedderFailure(string Code, string Detail, bool Passes)
{
    private const string Away = "embedding_unavailable";
    private const string Refused = "embedding_refused";

    /// <returns>Null when the exception is not the endpoint's doing.</returns>
    public static EmbedderFailure? Of(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        ClientResultException { Status: 0 or 408 or 429 or >= 500 } or HttpRequestException or IOException => Unavailable,
        ClientResultException refused => new EmbedderFailure(Refused, $"The embedding endpoint answered with the status {refused.Status}.", Passes: false),
        AggregateException { InnerException: { } inner } => Of(inner, cancellationToken),
        OperationCanceledException => cancellationToken.IsCancellationRequested ? null : Unavailable,
        OutOfMemoryException => null,
        // A page of somebody on the way, or JSON of another shape: the client has an exception of another kind for each.
        _ => Unreadable,
    };

    /// <param name="dimensions">What the endpoint was asked for; null where any length will do.</param>
    /// <returns>Null when the answer has a vector of that length for each of the texts.</returns>
    public static EmbedderFailure? Of(IReadOnlyList<Embedding<float>> answer, int texts, int? dimensions)
    {
        if (answer.Count != texts || answer.Any(a => a.Vector.IsEmpty))
        {
            return Unreadable;
        }

        return answer.FirstOrDefault(a => dimensions is { } asked && a.Vector.Length != asked) is { } other
            ? new EmbedderFailure(Refused, $"The embedding endpoint answered with {other.Vector.Length} dimensions where {dimensions} are configured.", Passes: false)
            : null;
    }

    private static EmbedderFailure Unavailable { get; } = new(Away, "The embedding endpoint is not available.", Passes: true);

    private static EmbedderFailure Unreadable { get; } = new(Away, "The embedding endpoint did not answer with a vector for each text.", Passes: true);
}

/// <summary>Texts could not be embedded, through no fault of theirs.</summary>
internal sealed class EmbeddingException(EmbedderFailure failure, Exception? cause = null) : Exception(failure.Detail, cause)
{
    public EmbedderFailure Failure => failure;
}
