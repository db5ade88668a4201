using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Idempotency;

/// <summary>What makes two requests the same: who asks, in which group, by which key, and what for.</summary>
/// <param name="Place">Of who asks and the key alone: where the answer is kept.</param>
/// <param name="Content">Of all, the body too. Nobody who has not the request itself can make it, so it also locks the kept answer.</param>
internal sealed record RequestFingerprint(string Place, byte[] Content)
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Reads the whole body; it can be read again afterwards.</summary>
    public static async Task<RequestFingerprint> OfAsync(RequestPass pass, string key)
    {
        var request = pass.Context.Request;
        // The unit separator cannot stand in a header or a path, so no two inputs run together.
        var place = $"{AskerOf(pass)}\u001f{key}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{place}\u001f{request.Method}\u001f{request.Path}\u001f{request.QueryString}\u001f{request.ContentType}\u001f"));
        request.EnableBuffering();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await request.Body.ReadAsync(buffer, pass.Context.RequestAborted)) > 0)
            {
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        request.Body.Position = 0;
        return new RequestFingerprint(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place))), hash.GetHashAndReset());
    }

    private static string AskerOf(RequestPass pass)
    {
        if (pass.Grant is { Answer: var answer })
        {
            return $"{answer.SubjectId:N}/{answer.GroupId:N}";
        }

        // Where the service itself reads the credential, nobody here knows whose it is; but it is not that of the next one at this address.
        var request = pass.Context.Request;
        var shown = request.Headers.Authorization.Count > 0 ? request.Headers.Authorization.ToString() : PresentedCredential.CookieOf(request);
        return string.IsNullOrEmpty(shown)
            ? ClientNetwork.Of(pass.Context.Connection.RemoteIpAddress)
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
    }

    /// <summary>Stored beside the answer to tell the same request from another; says nothing about what it was made from.</summary>
    public byte[] Mark() => HKDF.DeriveKey(HashAlgorithmName.SHA256, Content, 32, info: "oneplatform idempotency mark"u8.ToArray());

    /// <summary>Locks the stored answer.</summary>
    public byte[] Key() => HKDF.DeriveKey(HashAlgorithmName.SHA256, Content, 32, info: "oneplatform idempotency answer"u8.ToArray());
}
