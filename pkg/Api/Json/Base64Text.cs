using System.Buffers.Text;
using Kube1.Api.Schema;

namespace Kube1.Api.Json;

/// <summary>
/// Base64 in API objects: standard alphabet with padding; line breaks are allowed and dropped, as in Go.
/// </summary>
internal static class Base64Text
{
    public static string Canonicalize(string text)
    {
        if (text.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            text = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        }

        var illegal = FindIllegal(text);
        return illegal < 0
            ? text
            : throw new ObjectDecodeException($"illegal base64 data at input byte {illegal}");
    }

    private static int FindIllegal(string text)
    {
        if (Base64.IsValid(text) && !text.AsSpan().ContainsAny(" \t"))
        {
            return -1;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/')
            {
                continue;
            }

            // Padding stands only in the last two places of the last group of four, with nothing behind it.
            var rest = text.AsSpan(i);
            var isPadding = text[i] == '=' && ((i % 4 == 2 && rest is "==") || (i % 4 == 3 && rest is "="));
            return isPadding ? text.Length : i;
        }

        return text.Length;
    }
}
