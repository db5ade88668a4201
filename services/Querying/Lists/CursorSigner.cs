using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OnePlatform.Querying.Lists;

/// <summary>Makes and opens cursors: version, list they belong to, keys of the last row, signature.</summary>
public sealed class CursorSigner(IOptions<QueryingOptions> options)
{
    internal const int MostCharacters = 8192;

    private const byte Version = 1;
    private const int BindingLength = 16;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.Value.CursorKey);

    /// <summary>A digest of everything that decides which rows a list has and in which order.</summary>
    internal static byte[] Bind(params IEnumerable<string> parts)
        => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts))[..BindingLength];

    internal string Seal(byte[] binding, IEnumerable<string?> keys)
    {
        byte[] content = [Version, .. binding, .. JsonSerializer.SerializeToUtf8Bytes(keys)];
        var cursor = Base64Url.EncodeToString([.. content, .. HMACSHA256.HashData(_key, content)]);
        return cursor.Length <= MostCharacters
            ? cursor
            : throw new InvalidOperationException("A sort key is too long for a cursor: a sortable string needs a limit in its table.");
    }

    internal (string?[]? Keys, QueryError? Error) Open(string cursor, byte[] binding)
    {
        if (cursor.Length > MostCharacters || !Base64Url.IsValid(cursor))
        {
            return Refuse("This is not a cursor of this API.");
        }

        var sealed_ = Base64Url.DecodeFromChars(cursor).AsSpan();
        if (sealed_.Length <= 1 + BindingLength + HMACSHA256.HashSizeInBytes)
        {
            return Refuse("This is not a cursor of this API.");
        }

        var content = sealed_[..^HMACSHA256.HashSizeInBytes];
        var isOurs = CryptographicOperations.FixedTimeEquals(
            HMACSHA256.HashData(_key, content), sealed_[^HMACSHA256.HashSizeInBytes..]);

        // The last character of base64url has bits to spare; only the spelling that was given out is accepted.
        if (!isOurs || content[0] != Version || Base64Url.EncodeToString(sealed_) != cursor)
        {
            return Refuse("This cursor was altered, or is too old to be read.");
        }

        return content.Slice(1, BindingLength).SequenceEqual(binding)
            ? (JsonSerializer.Deserialize<string?[]>(content[(1 + BindingLength)..]), null)
            : Refuse("This cursor belongs to a list with another sort order, filter or scope; start again without it.");
    }

    private static (string?[]?, QueryError?) Refuse(string detail)
        => (null, new QueryError(QueryErrorCode.InvalidCursor, "/cursor", detail));
}

/// <summary>The cursors of one list, asked for in one way.</summary>
internal sealed record CursorBinding(CursorSigner Signer, byte[] Digest)
{
    public string Seal(IEnumerable<string?> keys) => Signer.Seal(Digest, keys);

    public (string?[]? Keys, QueryError? Error) Open(string cursor) => Signer.Open(cursor, Digest);
}
