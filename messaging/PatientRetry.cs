using MassTransit;
using MassTransit.RetryPolicies;
using Npgsql;

namespace OnePlatform.Messaging;

/// <summary>
/// Tries a message that failed again after the given delays, and one that found the database away for as long as it is: that says
/// nothing about the message, and set aside it would wait for a person.
/// </summary>
internal sealed class PatientRetry(IExceptionFilter filter, IReadOnlyList<TimeSpan> delays) : IRetryPolicy
{
    private static readonly TimeSpan s_whileAway = TimeSpan.FromSeconds(1);

    private IReadOnlyList<TimeSpan> Delays => delays;

    public bool IsHandled(Exception exception) => filter.Match(exception);

    public RetryPolicyContext<T> CreatePolicyContext<T>(T context)
        where T : class, PipeContext
        => new Delivery<T>(this, context);

    public void Probe(ProbeContext context) => context.Set(new { Policy = nameof(PatientRetry), Delays });

    // Out of reach, shut down, not up yet, or without room: what passes, and for every message alike. Two that met fail by themselves.
    private static bool IsAway(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState.StartsWith("53", StringComparison.Ordinal) || refused.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException database => database.IsTransient,
        _ => exception.InnerException is { } inner && IsAway(inner),
    };

    private sealed class Delivery<T>(PatientRetry policy, T context) : BaseRetryPolicyContext<T>(policy, context)
        where T : class, PipeContext
    {
        protected override RetryContext<T> CreateRetryContext(Exception exception, CancellationToken cancellationToken)
            => new Attempt<T>(policy, Context, exception, retries: 0, failures: 0, cancellationToken);
    }

    /// <param name="failures">How often the message has failed for a reason of its own, this time not counted.</param>
    private sealed class Attempt<T>(
        PatientRetry policy, T context, Exception exception, int retries, int failures, CancellationToken cancellationToken)
        : BaseRetryContext<T>(context, exception, retries, cancellationToken), RetryContext<T>
        where T : class, PipeContext
    {
        private readonly bool _isAway = IsAway(exception);

        public override TimeSpan? Delay => _isAway ? s_whileAway : policy.Delays[failures];

        private bool IsLast => !_isAway && failures >= policy.Delays.Count;

        public bool CanRetry(Exception exception, out RetryContext<T> retryContext)
        {
            var next = new Attempt<T>(policy, Context, exception, RetryCount + 1, failures + (_isAway ? 0 : 1), CancellationToken);
            retryContext = next;
            return policy.IsHandled(exception) && !next.IsLast;
        }
    }
}
