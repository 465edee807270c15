using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.JsonPaths;

/// <summary>Reads the dialect of k8s.io/client-go/util/jsonpath; what it does not know is no path.</summary>
internal sealed class JsonPathParser(string text, int depth = 0)
{
    /// <summary>Filters in filters: nobody writes more, and each is a recursion.</summary>
    private const int MaxDepth = 8;

    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly List<PathStep> _steps = [];
    private int _at;

    private bool AtEnd => _at >= text.Length;

    /// <summary>The path; null when the text is none.</summary>
    public JsonPath? Read()
    {
        if (depth > MaxDepth || text.Length == 0)
        {
            return null;
        }

        while (!AtEnd)
        {
            if (!ReadStep())
            {
                return null;
            }
        }

        return new JsonPath(_steps);
    }

    private bool ReadStep()
    {
        switch (text[_at])
        {
            case '$' or '@':
                _at++;
                return true;
            case ' ' or '\t':
                _at++;
                return true;
            case '.' when text.AsSpan(_at).StartsWith(".."):
                return ReadRecursive();
            case '.':
                _at++;
                return ReadField();
            case '[':
                return ReadBrackets();
            case '\'' or '"':
                return ReadQuoted();
            case var c when char.IsAsciiDigit(c) || c is '-' or '+':
                return ReadNumber();
            case var c when char.IsAsciiLetter(c) || c == '_':
                return ReadWord();
            default:
                return false;
        }
    }

    private bool ReadRecursive()
    {
        _at += 2;
        _steps.Add(new RecursiveStep());
        return !AtEnd && (text[_at] == '[' || ReadField());
    }

    private bool ReadField()
    {
        var name = ReadName();
        if (name.Length == 0)
        {
            // "{.}" is the object itself.
            return AtEnd || text[_at] is '[' or ' ';
        }

        _steps.Add(name == "*" ? new WildcardStep() : new FieldStep(name));
        return true;
    }

    // Up to what ends a name; a backslash takes the next character as it is.
    private string ReadName()
    {
        var name = new StringBuilder();
        while (!AtEnd && text[_at] is not (' ' or '\t' or '.' or ',' or '[' or ']' or '$' or '@' or '{' or '}'))
        {
            if (text[_at] == '\\')
            {
                _at++;
                if (AtEnd)
                {
                    break;
                }
            }

            name.Append(text[_at++]);
        }

        return name.ToString();
    }

    private bool ReadBrackets()
    {
        var end = FindEnd();
        if (end < 0)
        {
            return false;
        }

        var inside = text[(_at + 1)..end].Trim();
        _at = end + 1;
        if (inside.StartsWith("?(", StringComparison.Ordinal))
        {
            return inside.EndsWith(')') && ReadFilter(inside[2..^1].Trim());
        }

        var parts = Split(inside);
        if (parts.Count > 1)
        {
            var paths = parts.Select(p => new JsonPathParser($"[{p.Trim()}]", depth + 1).Read()).ToList();
            if (paths.Contains(null))
            {
                return false;
            }

            _steps.Add(new UnionStep(paths!));
            return true;
        }

        return inside.Length >= 2 && inside[0] is '\'' or '"' && inside[^1] == inside[0]
            ? ReadKey(inside[1..^1])
            : ReadSlice(inside == "*" ? ":" : inside);
    }

    // The bracket that closes this one, past quoted texts and brackets inside.
    private int FindEnd()
    {
        var open = 0;
        var quote = '\0';
        for (var i = _at; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote && text[i - 1] != '\\' ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == '[')
            {
                open++;
            }
            else if (c == ']' && --open == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static List<string> Split(string inside)
    {
        var parts = new List<string>();
        var (start, quote) = (0, '\0');
        for (var i = 0; i < inside.Length; i++)
        {
            if (quote != '\0')
            {
                quote = inside[i] == quote ? '\0' : quote;
            }
            else if (inside[i] is '\'' or '"')
            {
                quote = inside[i];
            }
            else if (inside[i] == ',')
            {
                parts.Add(inside[start..i]);
                start = i + 1;
            }
        }

        parts.Add(inside[start..]);
        return parts;
    }

    // As upstream reads it, a key in quotes is a path of its own: dots in it need a backslash.
    private bool ReadKey(string key)
    {
        var inner = new JsonPathParser("." + key, depth + 1);
        if (inner.Read() is null)
        {
            return false;
        }

        _steps.AddRange(inner._steps);
        return true;
    }

    private bool ReadSlice(string inside)
    {
        var parts = inside.Split(':');
        var numbers = new int?[3];
        if (parts.Length > numbers.Length || inside.Length == 0)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
            {
                continue;
            }

            if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            numbers[i] = number;
        }

        _steps.Add(new SliceStep(numbers[0], numbers[1], numbers[2], isIndex: parts.Length == 1));
        return true;
    }

    private bool ReadFilter(string condition)
    {
        var (at, comparison) = FindComparison(condition);
        var left = new JsonPathParser((at < 0 ? condition : condition[..at]).Trim(), depth + 1).Read();
        var right = at < 0 ? null : new JsonPathParser(condition[(at + comparison.Length)..].Trim(), depth + 1).Read();
        if (left is null || (at >= 0 && right is null))
        {
            return false;
        }

        _steps.Add(new FilterStep(left, comparison, right));
        return true;
    }

    private static (int At, string Comparison) FindComparison(string condition)
    {
        var quote = '\0';
        for (var i = 0; i < condition.Length; i++)
        {
            if (quote != '\0')
            {
                quote = condition[i] == quote ? '\0' : quote;
                continue;
            }

            if (condition[i] is '\'' or '"')
            {
                quote = condition[i];
                continue;
            }

            var rest = condition.AsSpan(i);
            foreach (var comparison in Comparisons)
            {
                if (rest.StartsWith(comparison))
                {
                    return (i, comparison);
                }
            }
        }

        return (-1, "");
    }

    private bool ReadQuoted()
    {
        var quote = text[_at++];
        var value = new StringBuilder();
        while (!AtEnd && text[_at] != quote)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                _at++;
            }

            value.Append(text[_at++]);
        }

        if (AtEnd)
        {
            return false;
        }

        _at++;
        _steps.Add(new LiteralStep(JsonValue.Create(value.ToString())));
        return true;
    }

    private bool ReadNumber()
    {
        var start = _at++;
        while (!AtEnd && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
        {
            _at++;
        }

        if (!double.TryParse(
            text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        _steps.Add(new LiteralStep(JsonValue.Create(number)));
        return true;
    }

    private bool ReadWord()
    {
        var word = ReadName();
        if (word is not ("true" or "false"))
        {
            return false;
        }

        _steps.Add(new LiteralStep(JsonValue.Create(word == "true")));
        return true;
    }
}
