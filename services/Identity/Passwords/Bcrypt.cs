using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Identity.Passwords;

/// <summary>
/// bcrypt by the system's libcrypt, which takes a fifth less time for a hash than the managed one. Where there is none the
/// managed one stands in: both make the same hashes.
/// </summary>
internal static partial class Bcrypt
{
    private const string Library = "libcrypt.so.1";

    // crypt.h: the size of struct crypt_data, which must begin as zeros.
    private const int WorkSpace = 32768;

    public static bool IsNative { get; } = NativeLibrary.TryLoad(Library, typeof(Bcrypt).Assembly, searchPath: null, out var library)
        && NativeLibrary.TryGetExport(library, "crypt_rn", out _);

    /// <param name="text">At most 72 bytes count, and none after a zero.</param>
    /// <param name="setting">Version, cost and salt; what follows them is left alone, so a whole hash is one too.</param>
    public static string Hash(string text, string setting) => IsNative ? NativeHash(text, setting) : ManagedHash(text, setting);

    internal static string ManagedHash(string text, string setting) => BCrypt.Net.BCrypt.HashPassword(text, setting);

    internal static unsafe string NativeHash(string text, string setting)
    {
        Span<byte> space = stackalloc byte[WorkSpace];
        space.Clear();
        try
        {
            fixed (byte* data = space)
            {
                var hash = CryptRn(text, setting, data, WorkSpace);
                return hash == null
                    ? throw new CryptographicException($"libcrypt does not take the setting: error {Marshal.GetLastPInvokeError()}.")
                    : Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(hash));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(space);
        }
    }

    [LibraryImport(Library, EntryPoint = "crypt_rn", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static unsafe partial byte* CryptRn(string phrase, string setting, byte* data, int size);
}
