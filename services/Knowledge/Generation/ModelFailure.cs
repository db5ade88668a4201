using System.ClientModel;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Why a model did not answer, as far as a caller may know it.</summary>
internal sealed record ModelFailure(int Status, string Code, string Detail)
{
    /// <returns>Null when the exception is not the model's doing.</returns>
    public static ModelFailure? Of(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        ClientResultException { Status: 429 } => new ModelFailure(
            StatusCodes.Status503ServiceUnavailable, "model_rate_limited", "The model's provider limits requests; try again later."),
        ClientResultException { Status: 0 or 408 or >= 500 } or HttpRequestException or IOException => Unavailable,
        ClientResultException refused => new ModelFailure(
            StatusCodes.Status502BadGateway, "model_refused", $"The model's provider answered with the status {refused.Status}."),
        AggregateException { InnerException: { } inner } => Of(inner, cancellationToken),
        OperationCanceledException when !cancellationToken.IsCancellationRequested => Unavailable,
        UnreadableAnswerException => new ModelFailure(
            StatusCodes.Status503ServiceUnavailable, "model_unavailable", "The model's provider answered with something that cannot be read; try again."),
        _ => null,
    };

    private static ModelFailure Unavailable { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "model_unavailable", "The model is not available; try again.");
}

/// <summary>The model's provider answered, and it was no answer of a model.</summary>
internal sealed class UnreadableAnswerException(Exception? cause = null) : Exception("The answer of the model's provider cannot be read.", cause);
