using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.Mails;

/// <summary>Link and code of a mail, from its id and the configured secret: the same each time it is written, and stored nowhere.</summary>
internal sealed class MailSecrets(DerivedKeys secrets)
{
    public OpaqueToken TokenOf(Guid mailId)
    {
        var text = Base64Url.EncodeToString(secrets.Tag("mailed token", mailId.ToString()));
        return new OpaqueToken(text, OpaqueToken.HashOf(text));
    }

    public string CodeOf(Guid mailId)
        => (BinaryPrimitives.ReadUInt64BigEndian(secrets.Tag("mailed code", mailId.ToString())) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
}
