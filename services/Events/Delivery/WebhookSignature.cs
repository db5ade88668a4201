using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Events.Delivery;

/// <summary>Standard Webhooks 1.0.0, symmetric: <c>v1,</c> and the HMAC-SHA256 of <c>id.timestamp.body</c>, once for each secret.</summary>
internal static class WebhookSignature
{
    public static string Of(Guid id, DateTimeOffset at, byte[] body, params IEnumerable<byte[]> secrets)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}"));
    }
}
