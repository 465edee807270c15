using System.Text;

namespace Kube1.Api.Patterns;

/// <summary>
/// Reads an expression in RE2's syntax, as Go's regexp/syntax does with its Perl flags, with its error texts.
/// https://github.com/google/re2/wiki/Syntax
/// </summary>
internal sealed partial class Re2Parser
{
    /// <summary>More parts than any sensible expression has; Go has a bound on what they take in memory.</summary>
    public const int MaxParts = 100_000;

    /// <summary>How deep groups may nest.</summary>
    private const int MaxDepth = 1000;

    /// <summary>How often a part may be repeated, all repeats around it taken together.</summary>
    private const int MaxRepeat = 1000;

    private readonly string _pattern;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _at;
    private int _parts;
    private Options _options;

    private Re2Parser(string pattern) => _pattern = pattern;

    [Flags]
    private enum Options
    {
        None = 0,
        FoldsCase = 1,
        IsMultiLine = 2,
        DotTakesNewline = 4,
        IsUngreedy = 8,
    }

    /// <summary>Reads an expression. Throws <see cref="FormatException"/> with Go's text.</summary>
    public static Re2Node Parse(string pattern)
    {
        var parser = new Re2Parser(pattern);
        var node = parser.ReadChoice(0);
        return parser._at == pattern.Length ? node : throw Error("unexpected )", pattern);
    }

    /// <summary>"error parsing regexp: missing closing ]: `[a`"</summary>
    internal static FormatException Error(string what, string where) => new($"error parsing regexp: {what}: `{where}`");

    private Re2Node ReadChoice(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Error("expression nests too deeply", _pattern);
        }

        var branches = new List<Re2Node> { ReadSequence(depth) };
        while (_at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            branches.Add(ReadSequence(depth));
        }

        return Re2Node.Of(Re2Kind.Choice, branches);
    }

    private Re2Node ReadSequence(int depth)
    {
        var parts = new List<Re2Node>();
        // Where the operator began that was read last, when nothing has come since.
        var lastRepeat = -1;
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            var start = _at;
            if (TryReadRepeat(out var min, out var max))
            {
                Repeat(parts, min, max, start, lastRepeat);
                lastRepeat = start;
                continue;
            }

            lastRepeat = -1;
            ReadPart(parts, depth);
        }

        return Re2Node.Of(Re2Kind.Sequence, parts);
    }

    private void ReadPart(List<Re2Node> parts, int depth)
    {
        if (++_parts > MaxParts)
        {
            throw Error("expression too large", _pattern);
        }

        switch (_pattern[_at])
        {
            case '(':
                ReadGroup(parts, depth);
                break;
            case '[':
                parts.Add(Re2Node.Of(ReadClass()));
                break;
            case '.':
                _at++;
                parts.Add(Re2Node.Of((_options & Options.DotTakesNewline) != 0
                    ? RuneSet.Of(0, RuneSet.MaxRune)
                    : RuneSet.Of(0, '\n' - 1, '\n' + 1, RuneSet.MaxRune)));
                break;
            case '^':
                _at++;
                parts.Add(Re2Node.Of(
                    (_options & Options.IsMultiLine) != 0 ? Re2Assertion.LineStart : Re2Assertion.TextStart));
                break;
            case '$':
                _at++;
                parts.Add(Re2Node.Of((_options & Options.IsMultiLine) != 0 ? Re2Assertion.LineEnd : Re2Assertion.TextEnd));
                break;
            case '\\':
                ReadEscaped(parts);
                break;
            default:
                parts.Add(Literal(ReadRune()));
                break;
        }
    }

    private void ReadGroup(List<Re2Node> parts, int depth)
    {
        var outer = _options;
        if (_at + 1 < _pattern.Length && _pattern[_at + 1] == '?')
        {
            if (!ReadGroupOptions())
            {
                return;
            }
        }
        else
        {
            _at++;
        }

        var inner = ReadChoice(depth + 1);
        if (_at == _pattern.Length)
        {
            throw Error("missing closing )", _pattern);
        }

        _at++;
        _options = outer;
        parts.Add(inner);
    }

    // "(?i)" changes how the rest of the group is read and opens none; "(?i:" opens one.
    private bool ReadGroupOptions()
    {
        var start = _at;
        var rest = _pattern.AsSpan(_at);
        if (rest.StartsWith("(?P<") || (rest.StartsWith("(?<") && rest.Length > 3))
        {
            SkipGroupName(start, rest[2] == 'P' ? 4 : 3);
            return true;
        }

        _at += 2;
        var (on, off, isNegated, sawOption) = (Options.None, Options.None, false, false);
        while (_at < _pattern.Length)
        {
            var letter = _pattern[_at++];
            var option = OptionOf(letter);
            if (option != Options.None)
            {
                (on, off) = isNegated ? (on, off | option) : (on | option, off);
                sawOption = true;
            }
            else if (letter == '-' && !isNegated)
            {
                (isNegated, sawOption) = (true, false);
            }
            else if (letter is ':' or ')' && (!isNegated || sawOption))
            {
                _options = (_options | on) & ~off;
                return letter == ':';
            }
            else
            {
                throw Error("invalid or unsupported Perl syntax", _pattern[start.._at]);
            }
        }

        throw Error("missing closing )", _pattern[start..]);
    }

    private static Options OptionOf(char letter) => letter switch
    {
        'i' => Options.FoldsCase,
        'm' => Options.IsMultiLine,
        's' => Options.DotTakesNewline,
        'U' => Options.IsUngreedy,
        _ => Options.None,
    };

    private void SkipGroupName(int start, int prefix)
    {
        var end = _pattern.IndexOf('>', start);
        if (end < 0)
        {
            throw Error("invalid named capture", _pattern[start..]);
        }

        var name = _pattern.AsSpan((start + prefix)..end);
        var isWord = name.Length > 0;
        foreach (var letter in name)
        {
            isWord &= RuneClasses.Word.Contains(letter);
        }

        if (!isWord || !_names.Add(name.ToString()))
        {
            throw Error("invalid named capture", _pattern[start..(end + 1)]);
        }

        _at = end + 1;
    }

    private bool TryReadRepeat(out int min, out int max)
    {
        (min, max) = (0, Re2Node.Unbounded);
        switch (_pattern[_at])
        {
            case '*':
                break;
            case '+':
                min = 1;
                break;
            case '?':
                max = 1;
                break;
            case '{':
                return TryReadCounts(out min, out max);
            default:
                return false;
        }

        _at++;
        return true;
    }

    // "{2,5}"; anything else in braces stands for itself.
    private bool TryReadCounts(out int min, out int max)
    {
        max = Re2Node.Unbounded;
        var at = _at + 1;
        if (!TryReadCount(ref at, out min) || at == _pattern.Length)
        {
            return false;
        }

        if (_pattern[at] != ',')
        {
            max = min;
        }
        else if (++at == _pattern.Length)
        {
            return false;
        }
        else if (_pattern[at] != '}' && !TryReadCount(ref at, out max))
        {
            return false;
        }

        if (at == _pattern.Length || _pattern[at] != '}')
        {
            return false;
        }

        var start = _at;
        _at = at + 1;
        return min <= MaxRepeat && max <= MaxRepeat && (max == Re2Node.Unbounded || min <= max)
            ? true
            : throw Error("invalid repeat count", _pattern[start.._at]);
    }

    private bool TryReadCount(ref int at, out int count)
    {
        count = 0;
        var start = at;
        while (at < _pattern.Length && char.IsAsciiDigit(_pattern[at]))
        {
            count = Math.Min(MaxRepeat + 1, (count * 10) + (_pattern[at++] - '0'));
        }

        return at > start && !(_pattern[start] == '0' && at > start + 1);
    }

    private void Repeat(List<Re2Node> parts, int min, int max, int start, int lastRepeat)
    {
        var isCounted = _pattern[start] == '{';
        var countEnd = _at;
        var isMarked = _at < _pattern.Length && _pattern[_at] == '?';
        _at += isMarked ? 1 : 0;

        if (lastRepeat >= 0)
        {
            throw Error("invalid nested repetition operator", _pattern[lastRepeat.._at]);
        }

        if (parts.Count == 0)
        {
            throw Error("missing argument to repetition operator", _pattern[start.._at]);
        }

        parts[^1] = Re2Node.Repeat(
            parts[^1], min, max, isLazy: isMarked != _options.HasFlag(Options.IsUngreedy));
        if (isCounted && (min >= 2 || max >= 2) && !parts[^1].RepeatsAtMost(MaxRepeat))
        {
            throw Error("invalid repeat count", _pattern[start..countEnd]);
        }
    }

    private Re2Node Literal(int rune)
    {
        var set = RuneSet.Of(rune, rune);
        if ((_options & Options.FoldsCase) == 0)
        {
            return Re2Node.Of(set);
        }

        var builder = new RuneSet.Builder();
        builder.Add(set);
        builder.AddOtherCases();
        return Re2Node.Of(builder.Build());
    }

    private int ReadRune()
    {
        Rune.DecodeFromUtf16(_pattern.AsSpan(_at), out var rune, out var length);
        _at += length;
        return rune.Value;
    }
}
