namespace OnePlatform.AppHost.Local;

/// <summary>Why the platform cannot start, in words for the person who started it.</summary>
public sealed class PlatformException(string message) : Exception(message);
