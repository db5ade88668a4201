namespace OnePlatform.AppHost.Local.Running;

internal enum ResourceState
{
    /// <summary>For what it must wait for.</summary>
    Waiting,

    /// <summary>Started, not yet seen healthy.</summary>
    Starting,

    Ready,

    /// <summary>Not there on this engine, and not missed.</summary>
    Absent,

    /// <summary>A job that ended well.</summary>
    Finished,

    /// <summary>Ended by itself; will be started again.</summary>
    Restarting,

    /// <summary>Asked to stop.</summary>
    Stopped,
}
