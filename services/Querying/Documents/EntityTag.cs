using System.Buffers.Binary;
using System.Buffers.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OnePlatform.Querying.Documents;

/// <summary>The strong entity tag of one version of an object, and the preconditions of RFC 9110 §13.1 against it.</summary>
public sealed class EntityTag
{
    private readonly EntityTagHeaderValue _tag;

    private EntityTag(string value) => _tag = new EntityTagHeaderValue($"\"{value}\"");

    /// <summary>The tag changes with the version, so a version is never used twice for one object.</summary>
    public static EntityTag Of(Guid id, long version)
    {
        Span<byte> content = stackalloc byte[24];
        id.TryWriteBytes(content, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(content[16..], version);
        return new EntityTag(Base64Url.EncodeToString(content));
    }

    /// <summary>False means 412. A weak tag never matches here, and a header that cannot be read matches nothing.</summary>
    /// <param name="ifMatch">The header; absent, it asks for nothing.</param>
    public bool SatisfiesIfMatch(StringValues ifMatch)
        => StringValues.IsNullOrEmpty(ifMatch) || IsAmong(ifMatch, strongly: true);

    /// <summary>False means 304 to a GET or HEAD, and 412 to anything else.</summary>
    /// <param name="ifNoneMatch">The header; absent, it asks for nothing.</param>
    public bool SatisfiesIfNoneMatch(StringValues ifNoneMatch)
        => StringValues.IsNullOrEmpty(ifNoneMatch) || !IsAmong(ifNoneMatch, strongly: false);

    /// <summary>The value of the <c>ETag</c> header, quotes included.</summary>
    public override string ToString() => _tag.ToString();

    private bool IsAmong(StringValues header, bool strongly)
        => EntityTagHeaderValue.TryParseStrictList([.. header.OfType<string>()], out var tags)
            && (tags is [var only] && only.Equals(EntityTagHeaderValue.Any)
                || tags.Any(tag => tag.Compare(_tag, useStrongComparison: strongly)));
}
