using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Onboarding.Advice;
using OnePlatform.Ontology.Onboarding.Websites;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Onboarding;

internal static class OnboardingEndpoints
{
    public static RouteGroupBuilder MapOnboarding(this IEndpointRouteBuilder routes)
    {
        var onboarding = routes.MapGroup("/api/onboarding").WithTags("Onboarding");
        onboarding.MapPost("/analyze", Analyze).WithName("AnalyzeWebsite").WithSummary("Read a website: what it offers, its brand, and what of the ontology fits")
            .WithDescription("The website is fetched once, with limits of size, time and redirects; nothing of it is stored.")
            .Access("groups:read", Role.None);
        onboarding.MapPost("/groups", CreateGroup).WithName("CreateOnboardingGroup").WithSummary("Create the organization's group; the caller owns it")
            .Access("groups:write", Role.None).ProducesProblem(StatusCodes.Status409Conflict);
        onboarding.MapGet("/slug-available", IsSlugAvailable).WithName("IsSlugAvailable").WithSummary("Whether a slug is free").AllowAnonymous();
        return onboarding;
    }

    private static async Task<Results<Ok<OnboardingResponse>, ProblemHttpResult>> Analyze(
        AnalyzeWebsiteRequest request, WebsiteAnalyzer websites, CancellationToken cancellationToken)
    {
        var (analysis, fault) = await websites.AnalyzeAsync(request.WebsiteUrl, cancellationToken);
        if (analysis is null)
        {
            return Problems.Invalid("/websiteUrl", fault!.Code, fault.Detail);
        }

        var recommendations = FeatureRecommender.For(analysis.Features);
        return TypedResults.Ok(new OnboardingResponse(
            request.InstallationSlug ?? Slugs.From(request.OrganizationName),
            analysis,
            OntologyMapper.Map(analysis, request.OrganizationName),
            BrandGuide.Of(analysis, request.OrganizationName),
            recommendations,
            recommendations.Sum(r => r.EstimatedMinutes)));
    }

    private static async Task<Results<VersionedCreated<GroupResponse>, ProblemHttpResult>> CreateGroup(
        CreateOnboardingGroupRequest request, Caller caller, GroupStore groups, CancellationToken cancellationToken)
    {
        var metadata = JsonSerializer.SerializeToElement(new { request.OwnerEmail }, ApiJson.Options);
        if (StorableJson.FaultOf(JsonSerializer.SerializeToElement(request, ApiJson.Options)) is { } fault)
        {
            return Problems.Invalid("", "invalid_text", fault);
        }

        var outcome = await groups.CreateAsync(
            caller,
            new CreateGroupRequest(
                request.Slug, request.Name, GroupTypes.Organization, Settings: new GroupSettings { Visibility = "private", JoinPolicy = "invite_only" },
                // What everybody gets needs nobody's leave.
                Metadata: metadata, Plan: request.Plan == GroupPlans.Starter ? null : request.Plan),
            cancellationToken);
        return outcome.Group is { } group
            ? new VersionedCreated<GroupResponse>($"/api/groups/{group.Id}", group)
            : GroupsEndpoints.ProblemOf(outcome.Refusal);
    }

    private static async Task<Ok<SlugAvailability>> IsSlugAvailable(
        [Required, StringLength(30, MinimumLength = 3), RegularExpression("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] string slug,
        SlugCheck slugs, CancellationToken cancellationToken)
        => TypedResults.Ok(await slugs.CheckAsync(slug, cancellationToken));
}

internal static class OnboardingRegistration
{
    public static IServiceCollection AddOnboarding(this IServiceCollection services)
    {
        services.AddOptions<WebsiteOptions>().BindConfiguration(WebsiteOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebsiteReader>().AddSingleton<WebsiteAnalyzer>();
        return services.AddScoped<SlugCheck>();
    }
}
