using System.Text;
using OnePlatform.Knowledge.Reading;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Reading;

/// <summary>Reads bytes as an upload of that format would be.</summary>
internal static class Upload
{
    public static ReadDocument Read(SourceFormat format, byte[] content, ReadingLimits? limits = null)
    {
        var outcome = new DocumentReaders(limits ?? new ReadingLimits()).Read(content, format, CancellationToken.None);
        Assert.Null(outcome.Failure);
        AssertBlocksAreInOrder(outcome.Document!);
        return outcome.Document!;
    }

    public static ReadDocument Read(SourceFormat format, string content) => Read(format, Encoding.UTF8.GetBytes(content));

    public static ReadFailure Refuse(SourceFormat? format, byte[] content, ReadingLimits? limits = null)
    {
        var outcome = new DocumentReaders(limits ?? new ReadingLimits()).Read(content, format, CancellationToken.None);
        Assert.Null(outcome.Document);
        return outcome.Failure!;
    }

    public static IEnumerable<(BlockKind Kind, string Text)> BlocksOf(ReadDocument document) =>
        document.Blocks.Select(block => (block.Kind, document.Text[block.Start..block.End]));

    private static void AssertBlocksAreInOrder(ReadDocument document)
    {
        var end = 0;
        foreach (var block in document.Blocks)
        {
            Assert.True(block.Start >= end && block.End > block.Start && block.End <= document.Text.Length);
            Assert.Equal(document.Text[block.Start..block.End].TrimEnd(), document.Text[block.Start..block.End]);
            end = block.End;
        }
    }
}
