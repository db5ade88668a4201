using System.Diagnostics;
using System.Text;
using OnePlatform.Knowledge.Reading;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Reading;

public sealed class ReadingMarkup
{
    [Fact]
    public void Markdown_stays_as_it_was_written_and_is_known_by_its_blocks()
    {
        const string source = """
            ---
            draft: true
            ---
            # Refunds

            Money goes *back*.

            ```sql
            select 1;

            select 2;
            ```

            | day | rate |
            |-----|------|
            | 1   | 100  |

            - first item
            - second item

            > quoted words
            """;
        var document = Upload.Read(SourceFormat.Markdown, source);

        Assert.Equal(source, document.Text);
        Assert.Equal("Refunds", document.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, "# Refunds"), (BlockKind.Paragraph, "Money goes *back*."),
                (BlockKind.Code, "```sql\nselect 1;\n\nselect 2;\n```"), (BlockKind.Table, "| day | rate |\n|-----|------|\n| 1   | 100  |"),
                (BlockKind.Paragraph, "first item"), (BlockKind.Paragraph, "second item"), (BlockKind.Paragraph, "quoted words"),
            ],
            Upload.BlocksOf(document));
    }

    [Fact]
    public void Html_gives_its_content_without_scripts_styles_and_navigation()
    {
        var document = Upload.Read(SourceFormat.Html, """
            <!doctype html><html><head><title> The page </title><style>p { color: red }</style></head><body>
            <nav><a href="/">Home</a></nav><script>alert("x")</script>
            <main><h2>Prices <em>now</em></h2><p>One   price,
            <b>bold</b>.<br>Next line</p><pre>
              code  here
            </pre><table><tr><th>a</th><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>
            <div>loose &amp; text<p>inner</p>tail</div><div hidden>secret</div></main></body></html>
            """);

        Assert.Equal("The page", document.Title);
        Assert.Equal(
            [
                (BlockKind.Heading, "Prices now"), (BlockKind.Paragraph, "One price, bold.\nNext line"), (BlockKind.Code, "  code  here"),
                (BlockKind.Table, "a | b\nc | d"), (BlockKind.Paragraph, "loose & text"), (BlockKind.Paragraph, "inner"),
                (BlockKind.Paragraph, "tail"),
            ],
            Upload.BlocksOf(document));
        Assert.Equal(2, document.Blocks[0].Level);
    }

    [Theory]
    [InlineData(SourceFormat.Html, "<div>")]
    [InlineData(SourceFormat.Html, "<b>")]
    [InlineData(SourceFormat.Html, "<table><td>")]
    [InlineData(SourceFormat.Markdown, "> ")]
    public void Nesting_without_end_is_refused_at_once(object format, string opening)
    {
        var clock = Stopwatch.StartNew();
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, 50_000)) + "x");

        Assert.Equal("document_too_large", Upload.Refuse((SourceFormat)format, content).Code);

        // The parser left alone takes twenty seconds.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
    }
}
