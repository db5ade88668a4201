using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Events.Checkpoints;

/// <summary>What a group's log was at some time: whoever keeps it can tell later whether anything before it was changed.</summary>
/// <param name="Size">Events it covers: all positions up to this one.</param>
/// <param name="RootHash">Root of the tree of RFC 9162, section 2.1, over them; SHA-256, hexadecimal.</param>
/// <param name="Statement">Group, size and root hash, signed: a JWS (RFC 7515) by ES256 with the public key in its header.</param>
public sealed record CheckpointResponse(Guid Id, long Size, string RootHash, DateTimeOffset CreatedAt, string Statement);

/// <summary>That an event is part of a checkpoint, for whoever trusts neither the service nor its database; RFC 9162, section 2.1.3.2.</summary>
/// <param name="LeafIndex">The position, from 0.</param>
/// <param name="Entry">The text that is hashed: all that is kept of the event, as JSON.</param>
/// <param name="LeafHash">SHA-256 of the byte 0 and the entry in UTF-8, hexadecimal.</param>
/// <param name="Path">From the leaf up; each is hashed with what was reached so far, after the byte 1, the left one first.</param>
public sealed record ProofResponse(
    Guid EventId, Guid? GroupId, long Position, long LeafIndex, string Entry, string LeafHash, IReadOnlyList<string> Path, CheckpointResponse Checkpoint);

/// <summary>Which part of the log to look at.</summary>
/// <param name="Checkpoint">The statement of a checkpoint that was kept: the log must still begin with what it covers.</param>
/// <param name="From">The first position whose event is hashed again. Unless told, the last that one request takes are.</param>
/// <param name="To">The last one; unless told, as many as one request takes.</param>
public sealed record VerifyLogRequest(
    [property: MaxLength(4096)] string? Checkpoint = null, [property: Range(1, long.MaxValue)] long? From = null, [property: Range(1, long.MaxValue)] long? To = null);

/// <summary>Whether the log is what its checkpoints say.</summary>
/// <param name="IsIntact">No fault was found in what was looked at.</param>
/// <param name="Checkpoint">The latest; absent as long as the log has none.</param>
/// <param name="From">The first position whose event was hashed again.</param>
/// <param name="To">The last one.</param>
/// <param name="Next">Where the next request goes on; absent at the end of what the latest checkpoint covers.</param>
/// <param name="Checked">Events whose hash is the one that was kept.</param>
/// <param name="Removed">Events that retention has removed; only their hashes are kept.</param>
/// <param name="Faults">At most a hundred.</param>
/// <param name="Consistency">That the latest checkpoint begins with the one sent, for whoever checks it alone; RFC 9162, section 2.1.4.2. Hexadecimal.</param>
public sealed record VerifyLogResponse(
    bool IsIntact, CheckpointResponse? Checkpoint, long From, long To, long? Next, long Checked, long Removed, IReadOnlyList<LogFault> Faults,
    IReadOnlyList<string>? Consistency);

/// <summary>One thing that is not as it was.</summary>
/// <param name="Code">event_changed, event_missing, event_added, tree_changed, checkpoint_changed, other_key, checkpoint_differs, not_signed_here or log_shorter.</param>
/// <param name="Position">Absent where it is not about one event.</param>
public sealed record LogFault(string Code, string Detail, long? Position = null)
{
    internal const string EventChanged = "event_changed";
    internal const string EventMissing = "event_missing";
    internal const string EventAdded = "event_added";
    internal const string TreeChanged = "tree_changed";
    internal const string CheckpointChanged = "checkpoint_changed";
    internal const string OtherKey = "other_key";
    internal const string CheckpointDiffers = "checkpoint_differs";
    internal const string NotSignedHere = "not_signed_here";
    internal const string LogShorter = "log_shorter";
}
