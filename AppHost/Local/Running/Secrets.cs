using System.Security.Cryptography;
using System.Text.Json;

namespace OnePlatform.AppHost.Local;

/// <summary>Generated passwords, kept under the names Aspire keeps them under in the user's secrets.</summary>
internal sealed class Secrets(string file)
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int Length = 22;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly Dictionary<string, string> _values = File.Exists(file)
        ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? []
        : [];

    public string PasswordOf(string resource)
    {
        var name = $"Parameters:{resource}-password";
        if (!_values.TryGetValue(name, out var password))
        {
            password = _values[name] = RandomNumberGenerator.GetString(Alphabet, Length);
            Save();
        }

        return password;
    }

    private void Save()
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        JsonSerializer.Serialize(stream, _values, s_indented);
    }
}
