using System.Buffers.Binary;
using System.Text;

namespace Kube1.Api.Json;

/// <summary>
/// Texts from UTF-8; short ones that came before are the same string again, since objects are full of the same keys, units
/// and choices ("cpu", "100m", "Always"). What falls on a place takes it over, so that the table stays as small as it is.
/// </summary>
internal static class SharedTexts
{
    private const int Places = 2048;

    /// <summary>Two words, which is what the hash looks at. Longer texts seldom come twice.</summary>
    private const int MaxBytes = 2 * sizeof(ulong);

    private static readonly string?[] Table = new string?[Places];

    /// <summary>The text; what is invalid in it becomes U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ref var place = ref Table[Hash(utf8)];
        var known = place;
        if (known is null || !Ascii.Equals(utf8, known))
        {
            known = Encoding.UTF8.GetString(utf8);
            place = known;
        }

        return known;
    }

    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        var (head, tail) = (0UL, 0UL);
        if (utf8.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]);
        }
        else
        {
            foreach (var letter in utf8)
            {
                head = (head << 8) | letter;
            }
        }

        var mixed = (head * 0x9E3779B97F4A7C15) ^ (tail * 0xC2B2AE3D27D4EB4F);
        return (int)((mixed ^ (mixed >> 32)) % Places);
    }
}
