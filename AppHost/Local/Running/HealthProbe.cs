namespace OnePlatform.AppHost.Local.Running;

internal static class HealthProbe
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(10);

    /// <returns>Null, once the probe has succeeded.</returns>
    public static async Task<string?> UntilHealthyAsync(
        Func<CancellationToken, Task> probe, Action<string> failed, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_each);
            try
            {
                await probe(patience.Token);
                return null;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Every failure means "not yet": refused, still loading, half started.
                failed(exception.Message);
            }

            await Task.Delay(s_between, cancellationToken);
        }
    }
}
