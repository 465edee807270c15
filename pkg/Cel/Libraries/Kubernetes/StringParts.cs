using System.Text;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Taking strings apart and putting them together.</summary>
internal static class StringParts
{
    // Twenty times what a request may hold; a replacement by a long text multiplies what it is given.
    private const long MaxLength = 64L << 20;

    /// <summary>
    /// Replaces as many occurrences as the limit says, or all; the empty text is found around every character.
    /// </summary>
    public static CelValue Replace(string text, string old, string with, long limit)
    {
        var result = new StringBuilder(text.Length);
        var from = 0;
        for (var search = 0; limit != 0; limit--)
        {
            var at = old.Length > 0 ? text.IndexOf(old, search, StringComparison.Ordinal) : search;
            if (at < 0 || at > text.Length)
            {
                break;
            }

            result.Append(text, from, at - from).Append(with);
            if (result.Length > MaxLength)
            {
                return TooLong();
            }

            from = at + old.Length;
            search = old.Length > 0 ? from : at < text.Length ? at + WidthAt(text, at) : at + 1;
        }

        return CelValue.Of(result.Append(text, from, text.Length - from).ToString());
    }

    /// <summary>At most as many parts as the limit says, the last of them with the rest; negative for all.</summary>
    public static CelValue Split(string text, string separator, long limit)
    {
        var parts = new List<CelValue>();
        if (limit == 0 || (separator.Length == 0 && text.Length == 0))
        {
            return CelValue.Of(CelList.Empty);
        }

        var from = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            var end = separator.Length > 0
                ? text.IndexOf(separator, from, StringComparison.Ordinal)
                : from + WidthAt(text, from);
            if (end < 0 || (separator.Length == 0 && end >= text.Length))
            {
                break;
            }

            parts.Add(CelValue.Of(text[from..end]));
            from = end + separator.Length;
        }

        parts.Add(CelValue.Of(text[from..]));
        return CelValue.Of(new CelArray([.. parts]));
    }

    public static CelValue Join(CelList list, string separator)
    {
        var result = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i];
            if (item.Kind != CelKind.String)
            {
                return item.IsError ? item : CelValue.Error($"join: invalid input: {item}");
            }

            result.Append(i == 0 ? "" : separator).Append(item.AsString);
            if (result.Length > MaxLength)
            {
                return TooLong();
            }
        }

        return CelValue.Of(result.ToString());
    }

    private static int WidthAt(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static CelValue TooLong() => CelValue.Error("the resulting string is too long");
}
