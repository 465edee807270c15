using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Kube1.Api.Json;

/// <summary>
/// Escapes as Go's encoder does: what JSON demands, and besides angle brackets, ampersands and the two line separators of
/// Unicode, for HTML's sake.
/// </summary>
public sealed class GoJsonEncoder : JavaScriptEncoder
{
    private const string HexDigits = "0123456789abcdef";

    // Surrogates are looked at one by one: a lone one is replaced.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        string.Concat(Enumerable.Range(0, ' ').Select(c => (char)c)) + "\"\\<>&\u2028\u2029"
        + string.Concat(Enumerable.Range(0xD800, 0x800).Select(c => (char)c)));

    private GoJsonEncoder()
    {
    }

    /// <summary>The one encoder.</summary>
    public static GoJsonEncoder Instance { get; } = new();

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        var at = 0;
        while (true)
        {
            var next = span[at..].IndexOfAny(Suspects);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (!char.IsHighSurrogate(span[at]) || at + 1 == span.Length || !char.IsLowSurrogate(span[at + 1]))
            {
                return at;
            }

            at += 2;
        }
    }

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar < ' ' || unicodeScalar is '"' or '\\' or '<' or '>' or '&' or 0x2028 or 0x2029;

    /// <inheritdoc/>
    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar))
        {
            return new Rune(unicodeScalar).TryEncodeToUtf16(output, out numberOfCharactersWritten);
        }

        Span<char> unicode =
        [
            '\\', 'u', HexDigits[(unicodeScalar >> 12) & 15], HexDigits[(unicodeScalar >> 8) & 15],
            HexDigits[(unicodeScalar >> 4) & 15], HexDigits[unicodeScalar & 15],
        ];
        ReadOnlySpan<char> escaped = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => @"\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            _ => unicode,
        };
        numberOfCharactersWritten = escaped.TryCopyTo(output) ? escaped.Length : 0;
        return numberOfCharactersWritten > 0;
    }
}
