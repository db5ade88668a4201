using Microsoft.Extensions.Options;
using MimeKit;

namespace OnePlatform.Identity.Mails;

/// <summary>Mails as files that any mail program opens. The name is the mail's id, so a second writing changes nothing.</summary>
internal sealed class FolderMailTransport(IOptions<MailOptions> options) : IMailTransport
{
    public async Task SendAsync(MimeMessage message, Guid id, CancellationToken cancellationToken)
    {
        var folder = options.Value.Folder;
        var (file, part) = (Path.Combine(folder, $"{id}.eml"), Path.Combine(folder, $"{id}.part"));
        try
        {
            Directory.CreateDirectory(folder);
            await using (var stream = File.Create(part))
            {
                await message.WriteToAsync(stream, cancellationToken);
            }

            File.Move(part, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MailRefusedException(exception.Message, exception);
        }
    }
}
