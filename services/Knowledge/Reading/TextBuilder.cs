using System.Text;

namespace OnePlatform.Knowledge.Reading;

/// <summary>Puts extracted blocks together, a blank line between them, and remembers where each one stands.</summary>
internal sealed class TextBuilder(int mostCharacters)
{
    private readonly StringBuilder _text = new();
    private readonly List<Block> _blocks = [];

    /// <summary>False once the text is longer than allowed: reading on would only cost.</summary>
    public bool HasRoom => _text.Length <= mostCharacters;

    public void Add(BlockKind kind, string text, int level = 0)
    {
        var trimmed = PlainText.Storable(kind == BlockKind.Code ? text.Trim('\r', '\n').TrimEnd() : text.Trim());
        if (trimmed.Length == 0)
        {
            return;
        }

        if (_text.Length > 0)
        {
            _text.Append("\n\n");
        }

        _blocks.Add(new Block(kind, _text.Length, _text.Length + trimmed.Length, level));
        _text.Append(trimmed);
    }

    public ReadDocument Build(string? title) =>
        new(string.IsNullOrWhiteSpace(title) ? null : PlainText.Storable(title.Trim()), _text.ToString(), _blocks);
}
