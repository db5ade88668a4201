using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Http;

/// <summary>The group a request acts in, as a handler parameter. The route's access rule keeps out who acts in none.</summary>
internal sealed record ActingGroup(Caller Caller, Guid Id)
{
    public static ValueTask<ActingGroup?> BindAsync(HttpContext context)
    {
        var caller = context.RequiredCaller();
        return ValueTask.FromResult<ActingGroup?>(new ActingGroup(
            caller, caller.GroupId ?? throw new BadHttpRequestException("This credential acts in no group; switch to one first.", StatusCodes.Status403Forbidden)));
    }
}
