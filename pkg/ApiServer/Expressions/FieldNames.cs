using System.Collections.Frozen;
using System.Text;

namespace Kube1.ApiServer.Expressions;

/// <summary>
/// Names of fields as identifiers of CEL: "a.b-c" is a__dot__b__dash__c, "namespace" is __namespace__
/// (k8s.io/apiserver/pkg/cel/escaping.go).
/// </summary>
internal static class FieldNames
{
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while");

    /// <summary>The identifier; null for a name that expressions cannot say.</summary>
    public static string? Escape(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return null;
        }

        if (Reserved.Contains(name))
        {
            return $"__{name}__";
        }

        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var letter = name[i];
            if (letter == '_' && i + 1 < name.Length && name[i + 1] == '_')
            {
                text.Append("__underscores__");
                i++;
                continue;
            }

            if (letter is not ('.' or '-' or '/' or '_') && !char.IsAsciiLetterOrDigit(letter))
            {
                return null;
            }

            _ = letter switch
            {
                '.' => text.Append("__dot__"),
                '-' => text.Append("__dash__"),
                '/' => text.Append("__slash__"),
                _ => text.Append(letter),
            };
        }

        return text.Length == name.Length ? name : text.ToString();
    }

    /// <summary>The field's name; null for an identifier that no name gives.</summary>
    public static string? Unescape(string identifier)
    {
        if (!identifier.Contains("__", StringComparison.Ordinal))
        {
            return identifier;
        }

        var text = new StringBuilder(identifier.Length);
        for (var i = 0; i < identifier.Length;)
        {
            if (EndOfSequence(identifier, i) is not (> 0 and var end))
            {
                text.Append(identifier[i++]);
                continue;
            }

            var content = identifier[(i + 2)..(end - 2)];
            var isReserved = Reserved.Contains(content) && end - i == identifier.Length;
            var meaning = content switch
            {
                "underscores" => "__",
                "dot" => ".",
                "dash" => "-",
                "slash" => "/",
                _ => isReserved ? content : null,
            };
            if (meaning is null)
            {
                return null;
            }

            text.Append(meaning);
            i = end;
        }

        return text.ToString();
    }

    // Where "__name__" that begins here ends; 0 when none does.
    private static int EndOfSequence(string text, int at)
    {
        if (string.CompareOrdinal(text, at, "__", 0, 2) != 0)
        {
            return 0;
        }

        var end = at + 2;
        while (end < text.Length && text[end] != '_')
        {
            end++;
        }

        return end > at + 2 && string.CompareOrdinal(text, end, "__", 0, 2) == 0 ? end + 2 : 0;
    }
}
