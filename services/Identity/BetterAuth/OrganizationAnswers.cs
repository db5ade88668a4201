using System.Text.Json;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>Ontology's answers in the shapes and codes of Better Auth's organization plugin.</summary>
internal static class OrganizationAnswers
{
    /// <summary>The member of a group's metadata that holds the address of its logo.</summary>
    public const string Logo = "logo";

    public static BetterAuthOrganization Of(JsonElement group)
    {
        var metadata = group.GetProperty("metadata");
        return new BetterAuthOrganization(
            group.GetProperty("id").GetString()!,
            group.GetProperty("name").GetString()!,
            group.GetProperty("slug").GetString()!,
            group.GetProperty("createdAt").GetDateTimeOffset(),
            metadata.TryGetProperty(Logo, out var logo) && logo.ValueKind == JsonValueKind.String ? logo.GetString() : null,
            metadata);
    }

    /// <param name="role">As it was asked for: the platform has names of its own.</param>
    public static BetterAuthInvitation InvitationOf(JsonElement invitation, User inviter, string role) => new(
        invitation.GetProperty("id").GetString()!,
        invitation.GetProperty("groupId").GetString()!,
        invitation.GetProperty("email").GetString()!,
        role,
        invitation.GetProperty("status").GetString()!,
        inviter.Id.ToString(),
        invitation.GetProperty("createdAt").GetDateTimeOffset(),
        invitation.GetProperty("expiresAt").GetDateTimeOffset());

    public static IResult Refused(Entry entry) => entry is Entry.Refused refused
        ? BetterAuthAnswers.Error(StatusCodes.Status403Forbidden, refused.Code.ToUpperInvariant(), refused.Detail)
        : BetterAuthAnswers.Error(
            StatusCodes.Status403Forbidden, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION", "There is no such organization, or the user is not a member of it.");

    public static IResult Refused(OntologyAnswer answer)
    {
        var (status, code) = answer switch
        {
            { Code: "slug_taken" } => (StatusCodes.Status400BadRequest, "ORGANIZATION_ALREADY_EXISTS"),
            { Code: "already_member" } => (StatusCodes.Status400BadRequest, "USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION"),
            { Code: "already_invited" } => (StatusCodes.Status400BadRequest, "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION"),
            { Code: "insufficient_role" } => (StatusCodes.Status403Forbidden, "YOU_ARE_NOT_ALLOWED_TO_INVITE_USERS_TO_THIS_ORGANIZATION"),
            { Status: StatusCodes.Status503ServiceUnavailable } => (answer.Status, "SERVICE_UNAVAILABLE"),
            { Code: { } other } => (answer.Status, other.ToUpperInvariant()),
            _ => (answer.Status, "UNKNOWN_ERROR"),
        };
        return BetterAuthAnswers.Error(status, code, FirstError(answer) ?? answer.Detail ?? "A part of the platform does not answer at the moment.");
    }

    /// <summary>What is wrong with the first member that is: more than that something is.</summary>
    private static string? FirstError(OntologyAnswer answer)
        => answer.Body.ValueKind == JsonValueKind.Object && answer.Body.TryGetProperty("errors", out var errors)
            && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0
            ? $"{errors[0].GetProperty("pointer").GetString()}: {errors[0].GetProperty("detail").GetString()}"
            : null;
}
