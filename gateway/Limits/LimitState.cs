namespace OnePlatform.Gateway.Limits;

/// <summary>What the limits said to a request.</summary>
/// <param name="Remaining">Of each bucket of <paramref name="Set"/>, in its order.</param>
/// <param name="Resets">Seconds until each bucket has more.</param>
/// <param name="Violated">Bit n is set when bucket n refused.</param>
internal readonly record struct LimitState(BucketSet? Set, int[] Remaining, int[] Resets, int Violated)
{
    public bool IsAdmitted => Violated == 0;
}
