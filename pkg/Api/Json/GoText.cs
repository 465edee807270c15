using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kube1.Api.Json;

/// <summary>Texts in quotes as Go prints them (%q) and as its JSON encoder writes them.</summary>
public static class GoText
{
    private static readonly SearchValues<char> EscapedInJson = SearchValues.Create(
        string.Concat(Enumerable.Range(0, ' ').Select(c => (char)c)) + "\"\\<>&\u2028\u2029");

    /// <summary>%q: printable characters as they are, others escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append((char)rune.Value);
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                case >= 0x07 and <= 0x0C:
                    quoted.Append('\\').Append("abtnvf"[rune.Value - 0x07]);
                    break;
                case < ' ' or 0x7F:
                    quoted.Append("\\x").Append(rune.Value.ToString("x2", CultureInfo.InvariantCulture));
                    break;
                default:
                    quoted.Append(IsPrintable(rune) ? rune.ToString() : Escaped(rune));
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// A JSON text; angle brackets and ampersands are escaped, as upstream's encoder does it for HTML's sake.
    /// </summary>
    public static void AppendJson(StringBuilder json, string text)
    {
        json.Append('"');
        if (!text.AsSpan().ContainsAny(EscapedInJson))
        {
            json.Append(text).Append('"');
            return;
        }

        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    json.Append('\\').Append(c);
                    break;
                case '\n':
                    json.Append("\\n");
                    break;
                case '\r':
                    json.Append("\\r");
                    break;
                case '\t':
                    json.Append("\\t");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    json.Append(c);
                    break;
            }
        }

        json.Append('"');
    }

    /// <summary>unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the space.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);

    private static string Escaped(Rune rune) => rune.IsBmp
        ? "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture)
        : "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture);
}
