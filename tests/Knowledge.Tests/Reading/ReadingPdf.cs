using System.IO.Compression;
using System.Text;
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

    [Theory]
    [InlineData("/FlateDecode", 1)]
    [InlineData("[/FlateDecode /FlateDecode]", 2)]
    public void A_file_that_unpacks_beyond_the_limit_is_refused(string filter, int times)
    {
        var stream = new byte[64 * 1024 * 1024];
        for (var i = 0; i < times; i++)
        {
            stream = Packed(stream);
        }

        var failure = Upload.Refuse(SourceFormat.Pdf, PdfOf(filter, stream), new ReadingLimits { UnpackedBytes = 8 * 1024 * 1024 });
        Assert.Equal("document_too_large", failure.Code);
        Assert.Contains("unpacks", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_page_within_the_limit_is_read()
        => Assert.Equal("Packed words.", Upload.Read(SourceFormat.Pdf, PdfOf("/FlateDecode", Packed("BT /F1 12 Tf 50 700 Td (Packed words.) Tj ET"u8))).Text);

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

    private static byte[] Packed(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>One page, its contents as they are given.</summary>
    private static byte[] PdfOf(string filter, byte[] contents)
    {
        using var file = new MemoryStream();
        var offsets = new List<long>();
        Write("%PDF-1.4\n"u8);
        Object("<< /Type /Catalog /Pages 2 0 R >>");
        Object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        Object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>");
        Begin($"<< /Length {contents.Length} /Filter {filter} >>\nstream\n");
        Write(contents);
        Write("\nendstream\nendobj\n"u8);
        Object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        var table = file.Position;
        Write(Encoding.ASCII.GetBytes(
            $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n{string.Concat(offsets.Select(o => $"{o:D10} 00000 n \n"))}"
            + $"trailer\n<< /Size {offsets.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();

        void Write(ReadOnlySpan<byte> bytes) => file.Write(bytes);

        void Begin(string text)
        {
            offsets.Add(file.Position);
            Write(Encoding.ASCII.GetBytes($"{offsets.Count} 0 obj\n{text}"));
        }

        void Object(string text) => Begin($"{text}\nendobj\n");
    }

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
