using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using OnePlatform.Knowledge.Reading;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Reading;

public sealed class ReadingDocx
{
    [Fact]
    public void Headings_paragraphs_and_tables_are_read()
    {
        var document = Upload.Read(SourceFormat.Docx, Docx(
            Heading("Heading2", "Terms"),
            new Paragraph(new Run(new Text("Refunds "), new TabChar(), new Text("take 14 days."))),
            new Paragraph(new DeletedRun(new Run(new DeletedText("struck out")))),
            new Table(Row("day", "rate"), Row("1", "100 %"))));

        Assert.Equal("The terms", document.Title);
        Assert.Equal(
            [(BlockKind.Heading, "Terms"), (BlockKind.Paragraph, "Refunds \ttake 14 days."), (BlockKind.Table, "day | rate\n1 | 100 %")],
            Upload.BlocksOf(document));
        Assert.Equal(2, document.Blocks[0].Level);
    }

    [Fact]
    public void A_file_that_unpacks_beyond_the_limit_is_refused()
    {
        var bomb = Zip(("word/document.xml", new byte[64 * 1024 * 1024]));
        Assert.True(bomb.Length < 100_000);

        var failure = Upload.Refuse(SourceFormat.Docx, bomb, new ReadingLimits { UnpackedBytes = 8 * 1024 * 1024 });

        Assert.Equal("document_too_large", failure.Code);
        Assert.Contains("unpacks", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_lies_about_its_unpacked_size_is_refused_too()
    {
        var bomb = Zip(("word/document.xml", new byte[64 * 1024 * 1024]));
        var directory = bomb.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(bomb.AsSpan(directory + 24), 100);

        // Whether the zip library notices or the count does, the document is not read.
        Assert.StartsWith("document_", Upload.Refuse(SourceFormat.Docx, bomb, new ReadingLimits { UnpackedBytes = 8 * 1024 * 1024 }).Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_parts_are_refused()
    {
        var parts = Enumerable.Range(0, 60).Select(i => ($"part{i}", Array.Empty<byte>())).ToArray();
        Assert.Equal("document_too_large", Upload.Refuse(SourceFormat.Docx, Zip(parts), new ReadingLimits { Parts = 50 }).Code);
    }

    [Fact]
    public void Elements_nested_without_end_are_refused()
    {
        const string ns = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        var deep = string.Concat(Enumerable.Repeat("<w:sdt><w:sdtContent>", 20_000)) + string.Concat(Enumerable.Repeat("</w:sdtContent></w:sdt>", 20_000));
        var docx = Docx(new Paragraph(new Run(new Text("shallow"))));
        using var stream = new MemoryStream();
        stream.Write(docx);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry("word/document.xml")!.Delete();
            using var entry = archive.CreateEntry("word/document.xml").Open();
            entry.Write(Encoding.UTF8.GetBytes($"<w:document xmlns:w=\"{ns}\"><w:body>{deep}</w:body></w:document>"));
        }

        Assert.Equal("document_too_large", Upload.Refuse(SourceFormat.Docx, stream.ToArray()).Code);
    }

    [Fact]
    public void Other_archives_are_refused()
    {
        Assert.Equal("document_unreadable", Upload.Refuse(SourceFormat.Docx, Zip(("a.txt", "hello"u8.ToArray()))).Code);
        Assert.Equal("document_unreadable", Upload.Refuse(SourceFormat.Docx, "PK\u0003\u0004 not a zip"u8.ToArray()).Code);
    }

    [Fact]
    public void An_upload_beyond_the_size_limit_is_refused_before_it_is_read()
    {
        Assert.Equal("document_too_large", Upload.Refuse(SourceFormat.Docx, new byte[101], new ReadingLimits { Bytes = 100 }).Code);
        Assert.Equal("document_format_unsupported", Upload.Refuse(null, [1, 2, 3]).Code);
    }

    private static byte[] Docx(params OpenXmlElement[] elements)
    {
        using var stream = new MemoryStream();
        using (var document = WordprocessingDocument.Create(stream, WordprocessingDocumentType.Document))
        {
            document.AddMainDocumentPart().Document = new Document(new Body(elements));
            document.PackageProperties.Title = "The terms";
        }

        return stream.ToArray();
    }

    private static Paragraph Heading(string style, string text) =>
        new(new ParagraphProperties(new ParagraphStyleId { Val = style }), new Run(new Text(text)));

    private static TableRow Row(params string[] cells) =>
        new(cells.Select(cell => new TableCell(new Paragraph(new Run(new Text(cell))))));

    private static byte[] Zip(params (string Name, byte[] Content)[] parts)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
