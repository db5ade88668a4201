using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OnePlatform.Querying.Lists;

internal sealed class ListQueryReader(IQueryCollection query)
{
    /// <summary>The parameters of every list.</summary>
    public static readonly IReadOnlyList<(string Name, Type Type)> Shared =
    [
        ("limit", typeof(int)), ("cursor", typeof(string)), ("sort", typeof(string)), ("filter", typeof(string)),
        ("fields", typeof(string)), ("count", typeof(string)), ("scope", typeof(string)), ("includeArchived", typeof(bool)),
    ];

    private readonly List<QueryError> _errors = [];

    public ListQuery Read() => new()
    {
        Limit = Limit(),
        Cursor = One("cursor"),
        Sort = One("sort"),
        Filter = One("filter"),
        Fields = One("fields"),
        Count = Choice("count", ("none", CountMode.None), ("estimated", CountMode.Estimated), ("exact", CountMode.Exact)),
        Scope = Choice("scope", ("self", ListScope.Self), ("subtree", ListScope.Subtree)),
        IncludeArchived = Choice("includeArchived", ("false", false), ("true", true)),
        Given = [.. Shared.Select(s => s.Name).Where(name => !string.IsNullOrEmpty(query[name]))],
        Own = query.Where(p => !Shared.Any(s => s.Name.Equals(p.Key, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase),
        Errors = _errors,
    };

    private int Limit()
    {
        if (One("limit") is not { } text)
        {
            return ListQuery.DefaultLimit;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= ListQuery.MostRows)
        {
            return limit;
        }

        return Refuse("limit", $"limit takes a number from 1 to {ListQuery.MostRows}.", ListQuery.DefaultLimit);
    }

    private T Choice<T>(string name, params (string Text, T Value)[] choices)
    {
        var text = One(name) ?? choices[0].Text;
        foreach (var choice in choices)
        {
            if (choice.Text == text)
            {
                return choice.Value;
            }
        }

        return Refuse(name, $"{name} takes one of {string.Join(", ", choices.Select(c => c.Text))}.", choices[0].Value);
    }

    private string? One(string name)
    {
        var values = query[name];
        return values.Count > 1
            ? Refuse<string?>(name, $"{name} is given once at most.", null)
            : string.IsNullOrEmpty(values) ? null : values[0];
    }

    private T Refuse<T>(string name, string detail, T instead)
    {
        _errors.Add(new QueryError(QueryErrorCode.InvalidParameter, "/" + name, detail));
        return instead;
    }
}
