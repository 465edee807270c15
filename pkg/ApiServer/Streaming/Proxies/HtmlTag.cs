using System.Buffers;
using System.Text;

namespace Kube1.ApiServer.Streaming.Proxies;

/// <summary>One start tag in a run of bytes: where it ends and where its attributes' values stand.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/parsing.html#tag-open-state and the states after it.</remarks>
internal sealed class HtmlTag
{
    private static readonly SearchValues<byte> BlanksAndSlash = SearchValues.Create(" \t\r\n\f/"u8);
    private static readonly SearchValues<byte> EndsOfTagName = SearchValues.Create(" \t\r\n\f/>"u8);
    private static readonly SearchValues<byte> EndsOfName = SearchValues.Create(" \t\r\n\f/>="u8);
    private static readonly SearchValues<byte> EndsOfValue = SearchValues.Create(" \t\r\n\f>"u8);
    private static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n\f"u8);

    private HtmlTag(string name) => Name = name;

    /// <summary>In lower case.</summary>
    public string Name { get; }

    /// <summary>Bytes from "&lt;" up to and with "&gt;".</summary>
    public int Length { get; private set; }

    /// <summary>Attribute names in lower case with their values' places; quotes are not part of a value.</summary>
    public List<(string Name, int Start, int Length)> Attributes { get; } = [];

    /// <summary>Reads the tag at the beginning of the text, which starts with "&lt;" and a letter; null when the text
    /// ends within it.</summary>
    public static HtmlTag? Parse(ReadOnlySpan<byte> text)
    {
        var at = 1 + EndOf(text[1..], EndsOfTagName);
        var tag = new HtmlTag(Lower(text[1..at]));
        while (true)
        {
            at = Skip(text, at, BlanksAndSlash);
            if (at >= text.Length)
            {
                return null;
            }

            if (text[at] == '>')
            {
                tag.Length = at + 1;
                return tag;
            }

            // A "=" where a name should begin is part of the name.
            var start = at;
            at += 1 + EndOf(text[(at + 1)..], EndsOfName);
            var name = Lower(text[start..at]);
            at = tag.ReadValue(text, at, name);
            if (at < 0)
            {
                return null;
            }
        }
    }

    /// <summary>Reads "= value" if it is there; returns where it ends, negative when the text ends before.</summary>
    private int ReadValue(ReadOnlySpan<byte> text, int at, string name)
    {
        var equals = Skip(text, at, Blanks);
        if (equals >= text.Length)
        {
            return -1;
        }

        if (text[equals] != '=')
        {
            return at;
        }

        var start = Skip(text, equals + 1, Blanks);
        if (start >= text.Length)
        {
            return -1;
        }

        if (text[start] is (byte)'"' or (byte)'\'')
        {
            var length = text[(start + 1)..].IndexOf(text[start]);
            if (length < 0)
            {
                return -1;
            }

            Attributes.Add((name, start + 1, length));
            return start + 1 + length + 1;
        }

        var end = start + EndOf(text[start..], EndsOfValue);
        Attributes.Add((name, start, end - start));
        return end < text.Length ? end : -1;
    }

    private static int Skip(ReadOnlySpan<byte> text, int at, SearchValues<byte> skipped)
    {
        var length = text[at..].IndexOfAnyExcept(skipped);
        return length < 0 ? text.Length : at + length;
    }

    private static int EndOf(ReadOnlySpan<byte> text, SearchValues<byte> ends)
    {
        var end = text.IndexOfAny(ends);
        return end < 0 ? text.Length : end;
    }

    private static string Lower(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name).ToLowerInvariant();
}
