using System.Globalization;
using System.Text;

namespace Kube1.Cel.Libraries;

/// <summary>Escapes and classes of characters.</summary>
internal sealed partial class Re2Translator
{
    private const int LastRune = 0x10FFFF, FirstAstral = 0x10000;

    private static readonly Dictionary<string, string> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = "\\u0000-\\u007F",
        ["blank"] = "\\u0009\\u0020",
        ["cntrl"] = "\\u0000-\\u001F\\u007F",
        ["digit"] = "0-9",
        ["graph"] = "\\u0021-\\u007E",
        ["lower"] = "a-z",
        ["print"] = "\\u0020-\\u007E",
        ["punct"] = "\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E",
        ["space"] = "\\u0009-\\u000D\\u0020",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    // What the complements of RE2's ASCII classes are in the basic plane.
    private static readonly Dictionary<string, string> PosixComplement = new(StringComparer.Ordinal)
    {
        ["digit"] = "\\u0000-\\u002F\\u003A-\\uD7FF\\uE000-\\uFFFF",
        ["word"] = "\\u0000-\\u002F\\u003A-\\u0040\\u005B-\\u005E\\u0060\\u007B-\\uD7FF\\uE000-\\uFFFF",
        ["perl space"] = "\\u0000-\\u0008\\u000B\\u000E-\\u001F\\u0021-\\uD7FF\\uE000-\\uFFFF",
    };

    private void Escape()
    {
        var from = at++;
        if (AtEnd)
        {
            throw Invalid("trailing backslash at end of expression", "");
        }

        var c = pattern[at];
        switch (c)
        {
            case 'A' or 'z' or 'b' or 'B':
                at++;
                output.Append('\\').Append(c);
                return;
            case 'Q':
                at++;
                Quoted();
                return;
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P':
                at = from;
                var set = new CharacterClass();
                AddClassEscape(set);
                output.Append(set.Text(isNegated: false));
                return;
        }

        at = from;
        Literal(EscapedRune());
    }

    private void Quoted()
    {
        var end = pattern.IndexOf("\\E", at, StringComparison.Ordinal);
        var stop = end < 0 ? pattern.Length : end;
        while (at < stop)
        {
            Literal(TakeRune());
        }

        at = end < 0 ? at : end + 2;
    }

    // A character written as an escape; the same inside of classes.
    private int EscapedRune()
    {
        var from = at++;
        if (AtEnd)
        {
            throw Invalid("trailing backslash at end of expression", "");
        }

        var c = pattern[at++];
        switch (c)
        {
            case 'a':
                return 7;
            case 'f':
                return 12;
            case 'n':
                return 10;
            case 'r':
                return 13;
            case 't':
                return 9;
            case 'v':
                return 11;
            case 'x':
                return HexRune(from);
            case >= '0' and <= '7':
                return OctalRune(from, c);
        }

        return c < 128 && !char.IsAsciiLetterOrDigit(c) ? c : throw InvalidEscape(from);
    }

    private int OctalRune(int from, char first)
    {
        // A single digit other than 0 would be a back-reference.
        if (first != '0' && (AtEnd || pattern[at] is < '0' or > '7'))
        {
            throw InvalidEscape(from);
        }

        var value = first - '0';
        for (var i = 1; i < 3 && !AtEnd && pattern[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + (pattern[at++] - '0');
        }

        return value;
    }

    private int HexRune(int from)
    {
        var isBraced = !AtEnd && pattern[at] == '{';
        var end = isBraced ? pattern.IndexOf('}', at) : at + 2;
        var start = isBraced ? at + 1 : at;
        if (end < 0 || end > pattern.Length
            || !int.TryParse(
                pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > LastRune or (>= 0xD800 and <= 0xDFFF))
        {
            throw InvalidEscape(from);
        }

        at = isBraced ? end + 1 : end;
        return value;
    }

    // \d, \W, \pL, \p{Lu}, \P{^L} …
    private void AddClassEscape(CharacterClass set)
    {
        var from = at++;
        var c = pattern[at++];
        if (c is not ('p' or 'P'))
        {
            var name = char.ToLowerInvariant(c) switch { 'd' => "digit", 'w' => "word", _ => "perl space" };
            set.AddPart(char.IsLower(c) ? name == "perl space" ? "\\t\\n\\f\\r\\u0020" : Posix[name] : PosixComplement[name]);
            if (char.IsUpper(c))
            {
                set.AddRange(FirstAstral, LastRune);
            }

            return;
        }

        var isBraced = !AtEnd && pattern[at] == '{';
        var end = isBraced ? pattern.IndexOf('}', at) : at + 1;
        if (end < 0 || end > pattern.Length)
        {
            throw Invalid("invalid character class range", pattern[from..]);
        }

        var category = isBraced ? pattern[(at + 1)..end] : pattern[at..end];
        at = isBraced ? end + 1 : end;
        var isNegated = (c == 'P') != category.StartsWith('^');
        category = category.TrimStart('^');
        if (category.Length is 0 or > 2 || !"LMNPSZC".Contains(category[0], StringComparison.Ordinal))
        {
            throw Invalid("invalid character class range", pattern[from..at]);
        }

        set.AddPart($"\\{(isNegated ? 'P' : 'p')}{{{category}}}");
    }

    private void Class()
    {
        var from = at++;
        var isNegated = !AtEnd && pattern[at] == '^';
        at += isNegated ? 1 : 0;
        var set = new CharacterClass();
        for (var isFirst = true; AtEnd || pattern[at] != ']' || isFirst; isFirst = false)
        {
            if (AtEnd)
            {
                throw Invalid("missing closing ]", pattern[from..]);
            }

            if (!AddNamed(set))
            {
                AddRange(set);
            }
        }

        at++;
        output.Append(set.Text(isNegated));
    }

    private bool AddNamed(CharacterClass set)
    {
        if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':')
        {
            var end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
            if (end >= 0)
            {
                AddPosix(set, pattern[(at + 2)..end], pattern[at..(end + 2)]);
                at = end + 2;
                return true;
            }
        }

        if (pattern[at] == '\\' && at + 1 < pattern.Length
            && "dDwWsSpP".Contains(pattern[at + 1], StringComparison.Ordinal))
        {
            AddClassEscape(set);
            return true;
        }

        return false;
    }

    private static void AddPosix(CharacterClass set, string name, string shown)
    {
        var isNegated = name.StartsWith('^');
        if (!Posix.TryGetValue(name.TrimStart('^'), out var part))
        {
            throw Invalid("invalid character class range", shown);
        }

        if (isNegated)
        {
            set.AddComplement(part);
            set.AddRange(FirstAstral, LastRune);
        }
        else
        {
            set.AddPart(part);
        }
    }

    private void AddRange(CharacterClass set)
    {
        var from = at;
        var low = ClassRune();
        var high = low;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            high = ClassRune();
            if (high < low)
            {
                throw Invalid("invalid character class range", pattern[from..at]);
            }
        }

        set.AddRange(low, high);
    }

    private int ClassRune() => pattern[at] == '\\' ? EscapedRune() : TakeRune();

    /// <summary>
    /// A class: parts in .NET's own syntax, which are of the basic plane, and ranges beyond it, which .NET can only match
    /// as pairs of units.
    /// </summary>
    private sealed class CharacterClass
    {
        private readonly StringBuilder parts = new();
        private readonly List<string> complements = [];
        private readonly List<(int Low, int High)> astral = [];

        public void AddPart(string part) => parts.Append(part);

        public void AddComplement(string part) => complements.Add(part);

        public void AddRange(int low, int high)
        {
            if (low < FirstAstral)
            {
                var end = Math.Min(high, FirstAstral - 1);
                parts.Append(Unit(low)).Append(end > low ? $"-{Unit(end)}" : "");
            }

            if (high >= FirstAstral)
            {
                astral.Add((Math.Max(low, FirstAstral), high));
            }
        }

        public string Text(bool isNegated)
        {
            var pairs = isNegated ? Complement() : astral;
            List<string> choices = [.. pairs.SelectMany(range => Pairs(range.Low, range.High))];
            if (isNegated)
            {
                // .NET subtracts classes; what is no part of any complement is what all of them exclude.
                var basic = $"[^{parts}\\uD800-\\uDFFF]";
                choices.Insert(0, complements.Count == 0 ? basic : throw new PatternException(
                    "error parsing regexp: unsupported negation within a negated class"));
            }
            else
            {
                choices.InsertRange(0, complements.Select(part => $"[^{part}\\uD800-\\uDFFF]"));
                if (parts.Length > 0)
                {
                    choices.Insert(0, $"[{parts}]");
                }
            }

            return choices.Count == 1 ? choices[0] : $"(?:{string.Join('|', choices)})";
        }

        private List<(int Low, int High)> Complement()
        {
            List<(int, int)> result = [];
            var next = FirstAstral;
            foreach (var (low, high) in astral.OrderBy(range => range.Low))
            {
                if (low > next)
                {
                    result.Add((next, low - 1));
                }

                next = Math.Max(next, high + 1);
            }

            if (next <= LastRune)
            {
                result.Add((next, LastRune));
            }

            return result;
        }

        // Pairs of units for a range: the first high surrogate's part, the whole ones between, the last one's part.
        private static IEnumerable<string> Pairs(int low, int high)
        {
            while (low <= high)
            {
                var lead = 0xD800 + ((low - FirstAstral) >> 10);
                var (first, last) = ((low - FirstAstral) & 0x3FF, Math.Min(high - FirstAstral, (lead - 0xD800) << 10 | 0x3FF) & 0x3FF);
                var end = lead;
                if (first == 0 && last == 0x3FF)
                {
                    // As many whole blocks as there are.
                    end = lead + (((high - low + 1) >> 10) - 1);
                }

                yield return $"[\\u{lead:X4}-\\u{end:X4}][\\u{0xDC00 + first:X4}-\\u{0xDC00 + last:X4}]";
                low = ((end - 0xD800) << 10) + last + 1 + FirstAstral;
            }
        }
    }
}
