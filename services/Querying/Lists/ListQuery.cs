using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;

namespace OnePlatform.Querying.Lists;

/// <summary>Whether a page says how many rows the whole list has.</summary>
public enum CountMode
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>It says what the planner of the database expects, at no cost.</summary>
    Estimated,

    /// <summary>It counts every row.</summary>
    Exact,
}

/// <summary>Whose rows a list has: the acting group's, or those of the groups below it as well.</summary>
public enum ListScope
{
    /// <summary>The acting group's.</summary>
    Self,

    /// <summary>Those of its descendants that allow it, too.</summary>
    Subtree,
}

/// <summary>
/// What a caller asked of a list, as an endpoint parameter. Nothing is refused while binding: <see cref="Errors"/> goes to
/// <see cref="ListDefinition.TryPlan"/>, which answers with everything that is wrong at once.
/// </summary>
public sealed class ListQuery : IBindableFromHttpContext<ListQuery>, IEndpointParameterMetadataProvider
{
    /// <summary>Rows of a page when nothing else is asked.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Rows of the largest page.</summary>
    public const int MostRows = 200;

    internal ListQuery()
    {
    }

    /// <summary>From 1 to <see cref="MostRows"/>.</summary>
    public int Limit { get; internal init; } = DefaultLimit;

    /// <summary>Where the page starts, as the page before told.</summary>
    public string? Cursor { get; internal init; }

    /// <summary>As written; <see cref="ListDefinition"/> knows what it may name.</summary>
    public string? Sort { get; internal init; }

    /// <summary>As written.</summary>
    public string? Filter { get; internal init; }

    /// <summary>As written.</summary>
    public string? Fields { get; internal init; }

    /// <summary><see cref="CountMode.None"/> unless asked.</summary>
    public CountMode Count { get; internal init; }

    /// <summary>For the store: which groups to read.</summary>
    public ListScope Scope { get; internal init; }

    /// <summary>Whether <see cref="ListDefinition.LiveWhen"/> is left out.</summary>
    public bool IncludeArchived { get; internal init; }

    internal IReadOnlyList<QueryError> Errors { get; init; } = [];

    /// <summary>Those of the shared parameters that were given a value.</summary>
    internal IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>The parameters that are not the same on every list.</summary>
    internal IReadOnlyDictionary<string, StringValues> Own { get; init; } = new Dictionary<string, StringValues>();

    /// <returns>The value of one of the list's own parameters, or null when it was not given.</returns>
    public string? this[string parameter]
        => Own.TryGetValue(parameter, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    internal bool Asks(string sharedParameter) => Given.Contains(sharedParameter, StringComparer.Ordinal);

    /// <summary>Reads a query that is not bound as an endpoint parameter.</summary>
    public static ListQuery From(IQueryCollection query) => new ListQueryReader(query).Read();

    /// <inheritdoc />
    public static ValueTask<ListQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
        => ValueTask.FromResult<ListQuery?>(From(context.Request.Query));

    static void IEndpointParameterMetadataProvider.PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
        => builder.Metadata.Add(new ListQueryDescription.Marker());
}
