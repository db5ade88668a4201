using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// SHA-256 over a credential and all that its grant depends on besides: the group asked for and, since a key may be tied to
/// addresses and so is a token made of it, the client's address. The gateway remembers credentials by it and so never holds them.
/// </summary>
internal readonly record struct CredentialHash(UInt128 High, UInt128 Low)
{
    public static CredentialHash Of(PresentedCredential credential, string group, string address)
    {
        // The unit separator cannot stand in a header, so no two inputs run together.
        var text = string.Concat(((char)('0' + (int)credential.Kind)).ToString(), credential.Value, "\u001f", group)
            + (credential.NamesSession ? "" : $"\u001f{address}");
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            var length = Encoding.UTF8.GetBytes(text, bytes);
            SHA256.HashData(bytes.AsSpan(0, length), hash);
            CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
            return MemoryMarshal.Read<CredentialHash>(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override string ToString() => $"{High:x32}{Low:x32}";
}
