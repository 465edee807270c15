namespace Kube1.Cel.Values;

/// <summary>CEL counts a string's Unicode code points, where .NET counts UTF-16 units.</summary>
public static class CodePoints
{
    public static int Count(string text)
    {
        var pairs = 0;
        for (var at = NextSurrogate(text, 0); at >= 0; at = NextSurrogate(text, at))
        {
            pairs += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 1 : 0;
            at++;
        }

        return text.Length - pairs;
    }

    /// <summary>Where in the string the code point with an index begins; the length for the index behind the last.</summary>
    public static int Offset(string text, int index)
    {
        var at = 0;
        for (; index > 0 && at < text.Length; index--)
        {
            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        }

        return at;
    }

    private static int NextSurrogate(string text, int from)
    {
        var found = text.AsSpan(from).IndexOfAnyInRange('\ud800', '\udbff');
        return found < 0 ? -1 : from + found;
    }
}
