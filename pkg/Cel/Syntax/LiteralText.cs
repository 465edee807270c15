using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kube1.Cel.Syntax;

/// <summary>What the text of string and bytes literals stands for. Source: cel-spec, langdef.md, "String and Bytes Values".</summary>
internal static class LiteralText
{
    /// <summary>The string of a literal, or null with upstream's message.</summary>
    public static string? String(string token, out string? error)
    {
        var body = Body(token, out var isRaw);
        error = null;
        if (isRaw || !body.Contains('\\', StringComparison.Ordinal))
        {
            return body;
        }

        var text = new StringBuilder(body.Length);
        for (var i = 0; i < body.Length;)
        {
            if (body[i] != '\\')
            {
                text.Append(body[i++]);
                continue;
            }

            var value = Escape(body, ref i, out _);
            if (!Rune.IsValid(value))
            {
                error = "invalid unicode code point";
                return null;
            }

            text.Append(new Rune(value).ToString());
        }

        return text.ToString();
    }

    /// <summary>The bytes of a literal (its token without the leading b): escapes are bytes, other characters UTF-8.</summary>
    public static byte[]? Bytes(string token, out string? error)
    {
        var body = Body(token, out var isRaw);
        error = null;
        if (isRaw || !body.Contains('\\', StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(body);
        }

        var bytes = new ArrayBufferWriter<byte>(body.Length);
        for (var i = 0; i < body.Length;)
        {
            var plain = body.AsSpan(i).IndexOf('\\');
            var end = plain < 0 ? body.Length : i + plain;
            Encoding.UTF8.GetBytes(body.AsSpan(i, end - i), bytes);
            i = end;
            if (i == body.Length)
            {
                break;
            }

            var value = Escape(body, ref i, out var isUnicode);
            if (isUnicode)
            {
                error = "unable to unescape string";
                return null;
            }

            bytes.GetSpan(1)[0] = (byte)value;
            bytes.Advance(1);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string Body(string token, out bool isRaw)
    {
        var text = token.Contains('\r', StringComparison.Ordinal)
            ? token.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : token;
        isRaw = text[0] is 'r' or 'R';
        text = isRaw ? text[1..] : text;
        var marks = text.Length >= 6 && text[1] == text[0] && text[2] == text[0] ? 3 : 1;
        return text[marks..^marks];
    }

    // The lexer let only whole escapes pass.
    private static int Escape(string body, ref int at, out bool isUnicode)
    {
        var c = body[at + 1];
        isUnicode = c is 'u' or 'U';
        var digits = c switch { 'x' or 'X' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            var value = uint.Parse(body.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at += 2 + digits;
            return value > int.MaxValue ? int.MaxValue : (int)value;
        }

        if (c is >= '0' and <= '3')
        {
            var value = ((c - '0') * 64) + ((body[at + 2] - '0') * 8) + (body[at + 3] - '0');
            at += 4;
            return value;
        }

        at += 2;
        return c switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ => c,
        };
    }
}
