using System.Text;
using CsCheck;
using OnePlatform.Knowledge.Reading;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Reading;

public sealed class ReadingText
{
    [Fact]
    public void The_text_is_the_source_and_blank_lines_part_paragraphs()
    {
        const string source = "First line\nstill first.\n\n  \n   Second.  \r\n\r\nThird";
        var document = Upload.Read(SourceFormat.Text, source);

        Assert.Equal(source, document.Text);
        Assert.Equal(["First line\nstill first.", "Second.", "Third"], Upload.BlocksOf(document).Select(block => block.Text));
    }

    [Fact]
    public void Encodings_are_recognised()
    {
        Assert.Equal("Grüße", Upload.Read(SourceFormat.Text, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes("Grüße")]).Text);
        Assert.Equal("Grüße", Upload.Read(SourceFormat.Text, [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("Grüße")]).Text);
        Assert.Equal("Grüße", Upload.Read(SourceFormat.Text, Encoding.Latin1.GetBytes("Grüße")).Text);
    }

    [Fact]
    public void What_a_database_cannot_store_is_replaced_in_place() =>
        Assert.Equal("a\uFFFDb\uFFFDc😀", PlainText.Storable("a\0b\uD800c😀"));

    [Fact]
    public void Paragraphs_hold_all_that_is_visible() =>
        Gen.String[Gen.OneOf('a', 'b', ' ', '\t', '\r', '\n'), 0, 60].Sample(text =>
        {
            var paragraphs = PlainTextReader.Paragraphs(text).Select(block => text[block.Start..block.End]).ToList();
            Assert.Equal(Visible(text), Visible(string.Concat(paragraphs)));
            Assert.All(paragraphs, paragraph => Assert.Equal(paragraph.Trim(), paragraph));
        });

    [Theory]
    [InlineData("a.md", null, SourceFormat.Markdown)]
    [InlineData("a.bin", "text/html; charset=utf-8", SourceFormat.Html)]
    [InlineData("notes", null, SourceFormat.Text)]
    public void The_format_follows_type_and_name(string name, string? mediaType, object format) =>
        Assert.Equal(format, DocumentReaders.FormatOf("hello"u8, mediaType, name));

    [Fact]
    public void The_first_bytes_outrank_the_name()
    {
        Assert.Equal(SourceFormat.Pdf, DocumentReaders.FormatOf("%PDF-1.7"u8, "text/plain", "a.txt"));
        Assert.Null(DocumentReaders.FormatOf([1, 0, 2], "application/octet-stream", "a.exe"));
    }

    private static string Visible(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
