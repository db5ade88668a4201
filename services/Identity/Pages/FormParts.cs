using static OnePlatform.Identity.Pages.AccountPage;

namespace OnePlatform.Identity.Pages;

/// <param name="Label">Null for a hidden value.</param>
/// <param name="Value">Typed before, or hidden.</param>
/// <param name="Hint">Under the field, and read aloud with it.</param>
/// <param name="IsFirst">Where somebody begins to type.</param>
internal sealed record FormField(
    string Name, string? Label = null, string Type = "text", string Autocomplete = "off", string? Value = null, string? Hint = null, bool IsFirst = false)
{
    private const string Code = "one-time-code";

    /// <param name="errorId">Of the page's error, which is read aloud with the field; null when there is none.</param>
    public string Html(string? errorId)
    {
        if (Label is null)
        {
            return $"""<input type="hidden" name="{Name}" value="{Encode(Value)}">""";
        }

        var about = string.Join(' ', new[] { errorId, Hint is null ? null : $"{Name}-hint" }.OfType<string>());
        var attributes = string.Concat(
            Value is null ? "" : $" value=\"{Encode(Value)}\"",
            about.Length == 0 ? "" : $" aria-describedby=\"{about}\"",
            errorId is null ? "" : " aria-invalid=\"true\"",
            Autocomplete == Code ? " class=\"code\" spellcheck=\"false\" autocapitalize=\"none\"" : "",
            IsFirst ? " autofocus" : "");
        var hint = Hint is null ? "" : $"""<p class="hint" id="{Name}-hint">{Encode(Hint)}</p>""";
        return $"""<div class="field"><label for="{Name}">{Encode(Label)}</label><input id="{Name}" name="{Name}" type="{Type}" autocomplete="{Autocomplete}" required{attributes}>{hint}</div>""";
    }
}

/// <param name="Text">What happens.</param>
/// <param name="Name">Set with <paramref name="Value"/> where a form has several.</param>
/// <param name="IsQuiet">The lesser way out.</param>
internal sealed record FormButton(string Text, string? Name = null, string? Value = null, bool IsQuiet = false)
{
    public string Html()
        => $"""<p><button type="submit"{(Name is null ? "" : $" name=\"{Name}\" value=\"{Encode(Value)}\"")}{(IsQuiet ? " class=\"quiet\"" : "")}>{Encode(Text)}</button></p>""";
}
