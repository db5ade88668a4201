namespace OnePlatform.Gateway.Documents;

internal sealed record ProblemPage(string Code, int Status, string Meaning, string Remedy);

internal static class ProblemCatalogue
{
    private const string MendRequest = ServiceProblems.MendRequest;
    private const string TryAgain = ServiceProblems.TryAgain;
    private const string OtherCredential = "Use another credential, or ask an owner of the group for the right.";

    /// <summary>Every code of the API, by name.</summary>
    public static IReadOnlyList<ProblemPage> All { get; } = [.. Everywhere().Concat(ServiceProblems.All).OrderBy(page => page.Code, StringComparer.Ordinal)];

    private static ProblemPage[] Everywhere() =>
    [
        new("ambiguous_credential", 400, "The request shows more than one credential.", "Send one of X-API-Key, Authorization and the session cookie."),
        new("bad_request", 400, "The request cannot be understood.", MendRequest),
        new("malformed_body", 400, "The body is not JSON of the documented shape.", MendRequest),
        new("unknown_member", 400, "The body has a member that this operation does not know.", "Leave the member out; errors names it."),
        new("validation_failed", 400, "One or more values are not allowed.", MendRequest),
        new("unauthorized", 401, "There is no credential, or it is not valid.", "Send an API key in X-API-Key, or an access token in Authorization: Bearer."),
        new("key_malformed", 401, "The API key is mistyped: its checksum is wrong.", "Copy the key again, whole."),
        new("key_not_found", 401, "There is no such API key.", "Make a key, or use another."),
        new("key_expired", 401, "The API key has ended.", "Rotate keys before they end."),
        new("key_revoked", 401, "The API key was revoked.", "Make a new key."),
        new("invalid_token", 401, "The access token is not valid or has ended.", "Refresh it, or sign in again."),
        new("session_revoked", 401, "The session was ended.", "Sign in again."),
        new("insufficient_scope", 403, "The credential lacks a scope.", OtherCredential),
        new("insufficient_role", 403, "The role in the acting group is too low.", OtherCredential),
        new("forbidden", 403, "This is not allowed.", OtherCredential),
        new("ip_not_allowed", 403, "The API key may not be used from this address.", "Add the address to the key's allow-list."),
        new("second_factor_required", 403, "The group demands a second factor.", "Sign in with a second factor."),
        new("email_not_verified", 403, "The e-mail address is not confirmed.", "Follow the link in the confirmation mail."),
        new("origin_not_allowed", 403, "A web page of another origin used the session cookie.", "Add the origin to the allow-list, or use an access token."),
        new("quota_exceeded", 403, "A quota of the group or of one above it is used up.", "Raise the plan, or wait for the next period."),
        new("not_found", 404, "There is nothing here, or nothing that this credential may see.", "Look at the id, and at the acting group."),
        new("group_not_found", 404, "X-Group-Id names no group below the credential's own.", "Name a descendant of the credential's group."),
        new("method_not_allowed", 405, "The path does not take this method.", "Look at the Allow header."),
        new("not_acceptable", 406, "The answer cannot be given in the media types asked for.", "Accept application/json."),
        new("request_timeout", 408, "The request came too slowly.", "Send it again."),
        new("conflict", 409, "The change contradicts what is there.", "Read the present state, then decide."),
        new("invalid_idempotency_key", 400, "The Idempotency-Key is empty, too long, not visible ASCII, or stated twice.", "Send a fresh UUID."),
        new("idempotency_in_progress", 409, "The first request with this Idempotency-Key is still running.", TryAgain),
        new("idempotency_outcome_unknown", 409, "The first request with this Idempotency-Key was interrupted; it may have acted.", "Look whether it did, then use a new key."),
        new("idempotency_answer_not_kept", 409, "The first request with this Idempotency-Key has acted; its answer was too large to be repeated.", "Read what it made."),
        new("idempotency_key_reused", 422, "The Idempotency-Key came with another request before.", "Use a new key for each request, and the same only to repeat it."),
        new("precondition_failed", 412, "The object changed since it was read.", "Read it again, and send its new ETag in If-Match."),
        new("content_too_large", 413, "The body is larger than this operation takes.", "Send less at once, or use the import."),
        new("unsupported_media_type", 415, "The body's media type is not taken here.", "Send application/json, or what the operation documents."),
        new("unprocessable_content", 422, "The request cannot be carried out as it is.", MendRequest),
        new("precondition_required", 428, "This group wants If-Match on every change.", "Send the object's ETag in If-Match."),
        new("rate_limited", 429, "Too many requests; violated-policies names the limit.", TryAgain),
        new("request_header_fields_too_large", 431, "The headers are too large.", "Send smaller headers."),
        new("internal_error", 500, "A fault of ours.", "Report the traceId."),
        new("bad_gateway", 502, "A part of the platform gave no usable answer.", TryAgain),
        new("service_unavailable", 503, "A part of the platform is not available.", TryAgain),
        new("gateway_timeout", 504, "A part of the platform took too long.", TryAgain),
    ];
}
