using System.IO.Compression;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace OnePlatform.Knowledge.Reading;

/// <summary>
/// What unpacks the streams of one PDF, up to so many bytes in all. A small file can ask for gigabytes, also by naming one stream a
/// thousand times, so a stream is measured before it is unpacked. Pictures are left packed: no text is in them.
/// </summary>
internal sealed class PdfFilters(long mostBytes) : IFilterProvider
{
    private long _left = mostBytes;

    /// <summary>The document asked for more.</summary>
    public bool IsSpent { get; private set; }

    public IReadOnlyList<IFilter> GetFilters(DictionaryToken dictionary) => Measured(DefaultFilterProvider.Instance.GetFilters(dictionary));

    public IReadOnlyList<IFilter> GetNamedFilters(IReadOnlyList<NameToken> names) => Measured(DefaultFilterProvider.Instance.GetNamedFilters(names));

    public IReadOnlyList<IFilter> GetAllFilters() => Measured(DefaultFilterProvider.Instance.GetAllFilters());

    private IFilter[] Measured(IEnumerable<IFilter> filters) => [.. filters.Select(IFilter (filter)
        => filter is DctDecodeFilter or JpxDecodeFilter or Jbig2DecodeFilter or CcittFaxDecodeFilter ? new PackedFilter() : new MeasuredFilter(filter, this))];

    private sealed class MeasuredFilter(IFilter filter, PdfFilters all) : IFilter
    {
        public bool IsSupported => filter.IsSupported;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
        {
            all.Take(MostBytes(input), isUsed: false);
            var output = filter.Decode(input, streamDictionary, filterProvider, filterIndex);
            all.Take(output.Length, isUsed: true);
            return output;
        }

        // What each format can make of so many bytes, at most; the usual one is unpacked to nowhere to see.
        private long MostBytes(Memory<byte> input) => filter switch
        {
            FlateFilter => Inflated(input, all._left),
            LzwFilter => input.Length * 1300L,
            RunLengthFilter => input.Length * 64L,
            _ => input.Length * 4L,
        };
    }

    private sealed class PackedFilter : IFilter
    {
        public bool IsSupported => false;

        public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex) => input;
    }

    private void Take(long bytes, bool isUsed)
    {
        if (bytes > _left)
        {
            IsSpent = true;
            throw new InvalidDataException("The document unpacks to more than is allowed.");
        }

        _left -= isUsed ? bytes : 0;
    }

    private static long Inflated(Memory<byte> input, long most)
    {
        if (input.Length <= 2)
        {
            return 0;
        }

        // Two bytes of header come before the packed ones.
        using var inflated = new DeflateStream(new MemoryStream(input[2..].ToArray(), writable: false), CompressionMode.Decompress);
        var buffer = new byte[81920];
        var total = 0L;
        try
        {
            for (int read; total <= most && (read = inflated.Read(buffer)) > 0;)
            {
                total += read;
            }
        }
        catch (InvalidDataException)
        {
            // Damaged from here on; the filter makes what it can of what came before.
        }

        return total;
    }
}
