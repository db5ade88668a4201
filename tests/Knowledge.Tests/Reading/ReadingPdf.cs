using OnePlatform.Knowledge.Reading;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Reading;

public sealed class ReadingPdf
{
    [Fact]
    public void Pages_are_read_in_order_and_lines_joined_to_paragraphs()
    {
        var document = Upload.Read(SourceFormat.Pdf, Pdf(
            ["Refunds take four-", "teen days from the", "day of return."],
            ["A second page follows."]));

        Assert.Contains("Refunds take fourteen days from the day of return.", document.Text, StringComparison.Ordinal);
        Assert.EndsWith("A second page follows.", document.Text, StringComparison.Ordinal);
        Assert.All(document.Blocks, block => Assert.Equal(BlockKind.Paragraph, block.Kind));
    }

    [Fact]
    public void More_pages_than_allowed_are_refused() =>
        Assert.Equal("document_too_large", Upload.Refuse(SourceFormat.Pdf, Pdf(["a"], ["b"], ["c"]), new ReadingLimits { Pages = 2 }).Code);

    [Fact]
    public void A_damaged_file_is_refused()
    {
        var whole = Pdf(["text"]);
        Assert.Equal("document_unreadable", Upload.Refuse(SourceFormat.Pdf, "%PDF-1.7 and nothing else"u8.ToArray()).Code);
        for (var kept = 20; kept < whole.Length; kept += whole.Length / 12)
        {
            // Whatever is left of the file, the answer is a document or a refusal and never an exception.
            new DocumentReaders(new ReadingLimits()).Read(whole.AsMemory(0, kept), SourceFormat.Pdf, CancellationToken.None);
        }
    }

    [Fact]
    public void A_page_without_text_is_empty() => Assert.Equal("document_empty", Upload.Refuse(SourceFormat.Pdf, Pdf([])).Code);

    private static byte[] Pdf(params string[][] pages)
    {
        var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var lines in pages)
        {
            var page = builder.AddPage(PageSize.A4);
            for (var i = 0; i < lines.Length; i++)
            {
                page.AddText(lines[i], 12, new PdfPoint(50, 750 - (14 * i)), font);
            }
        }

        return builder.Build();
    }
}
