using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Kube1.Cel.Libraries;

/// <summary>
/// Rewrites RE2's syntax for .NET, and refuses what RE2 refuses: look-around, back-references, atomic groups, too many
/// repetitions. <c>$</c>, <c>.</c>, <c>\d</c>, <c>\w</c> and <c>\s</c> keep RE2's meaning, and characters beyond the basic
/// plane, which are two units in .NET, are matched whole. Source: github.com/google/re2/wiki/Syntax.
/// </summary>
/// <remarks>
/// <c>\b</c> takes letters of all scripts for parts of words, where RE2 takes ASCII alone; classes by script
/// (<c>\p{Greek}</c>) are refused, which .NET does not have.
/// </remarks>
internal sealed partial class Re2Translator
{
    // RE2's bounds for one repetition and for nested ones together.
    private const int MaxRepeat = 1000;

    // As Go's: deeper nesting is refused.
    private const int MaxDepth = 1000;

    private const string Pair = "[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]";

    private readonly string pattern;
    private readonly StringBuilder output = new();
    private int at;
    private int depth;
    private Flags flags;

    private Re2Translator(string pattern) => this.pattern = pattern;

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    private bool AtEnd => at >= pattern.Length;

    public static bool TryTranslate(
        string pattern, [NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? error)
    {
        var translator = new Re2Translator(pattern);
        (translated, error) = (null, null);
        try
        {
            translator.Alternatives();
            if (!translator.AtEnd)
            {
                throw Invalid("unexpected )", pattern);
            }

            translated = translator.output.ToString();
            return true;
        }
        catch (PatternException e)
        {
            error = e.Message;
            return false;
        }
    }

    private static PatternException Invalid(string what, string part) => new($"error parsing regexp: {what}: `{part}`");

    private PatternException InvalidEscape(int from) =>
        Invalid("invalid escape sequence", pattern[from..Math.Min(pattern.Length, from + 2)]);

    // Up to a closing parenthesis or the end. Returns the largest product of repetitions within.
    private int Alternatives()
    {
        if (++depth > MaxDepth)
        {
            throw Invalid("expression nests too deeply", pattern);
        }

        var repeats = 1;
        while (!AtEnd && pattern[at] != ')')
        {
            if (pattern[at] == '|')
            {
                output.Append('|');
                at++;
                continue;
            }

            repeats = Math.Max(repeats, Repeated());
        }

        depth--;
        return repeats;
    }

    // One operand with what repeats it.
    private int Repeated()
    {
        var start = output.Length;
        var from = at;
        if (RepetitionAt(at) is not null)
        {
            throw Invalid("missing argument to repetition operator", pattern[at..(at + RepetitionLength())]);
        }

        var (repeats, isOperand) = Operand();
        var first = at;
        var count = 0;
        while (!AtEnd && RepetitionAt(at) is { } max)
        {
            var length = RepetitionLength();
            if (!isOperand)
            {
                throw Invalid("missing argument to repetition operator", pattern.Substring(at, length));
            }

            if (count++ > 0)
            {
                throw Invalid("invalid nested repetition operator", pattern[first..(at + length)]);
            }

            repeats *= Math.Max(max, 1);
            if (max > MaxRepeat || repeats > MaxRepeat)
            {
                throw Invalid("invalid repeat count", pattern.Substring(at, length));
            }

            Repeat(start, length);
        }

        return repeats;
    }

    private void Repeat(int start, int length)
    {
        var text = pattern.AsSpan(at, length);
        var isLazy = text.Length > 1 && text[^1] == '?';
        text = isLazy ? text[..^1] : text;
        output.Insert(start, "(?:").Append(')').Append(text);
        output.Append(isLazy != flags.HasFlag(Flags.Ungreedy) ? "?" : "");
        at += length;
    }

    // The highest finite count of the repetition here, 0 for a star or a plus; null for none.
    private int? RepetitionAt(int position)
    {
        switch (pattern[position])
        {
            case '*' or '+' or '?':
                return 0;
            case '{':
                return Counts(position, out var max) > 0 ? max : null;
            default:
                return null;
        }
    }

    private int RepetitionLength()
    {
        var length = pattern[at] == '{' ? Counts(at, out _) : 1;
        return at + length < pattern.Length && pattern[at + length] == '?' ? length + 1 : length;
    }

    // The length of {n}, {n,} or {n,m}; anything else is text.
    private int Counts(int position, out int max)
    {
        max = 0;
        var end = pattern.IndexOf('}', position);
        if (end < 0)
        {
            return 0;
        }

        var parts = pattern[(position + 1)..end].Split(',');
        if (parts.Length > 2 || !TryCount(parts[0], out var low))
        {
            return 0;
        }

        var high = low;
        if (parts.Length == 2 && parts[1].Length > 0 && !TryCount(parts[1], out high))
        {
            return 0;
        }

        // One that cannot be counts as too many.
        max = high < low ? MaxRepeat + 1 : Math.Max(low, high);
        return end + 1 - position;
    }

    private static bool TryCount(string text, out int count)
    {
        count = MaxRepeat + 1;
        if (text.Length == 0 || text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        count = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : count;
        return true;
    }

    private (int Repeats, bool IsOperand) Operand()
    {
        var c = pattern[at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                Class();
                return (1, true);
            case '\\':
                Escape();
                return (1, true);
        }

        at++;
        switch (c)
        {
            case '.':
                output.Append(flags.HasFlag(Flags.DotAll)
                    ? $"(?:{Pair}|[^\\uD800-\\uDFFF])"
                    : $"(?:{Pair}|[^\\n\\uD800-\\uDFFF])");
                break;
            case '^':
                output.Append(flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : "\\A");
                break;
            case '$':
                output.Append(flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : "\\z");
                break;
            default:
                at--;
                Literal(TakeRune());
                break;
        }

        return (1, true);
    }

    private int TakeRune()
    {
        if (!Rune.TryGetRuneAt(pattern, at, out var rune))
        {
            // Half a character can be matched by nothing.
            at++;
            return 0xFFFD;
        }

        at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private void Literal(int rune)
    {
        var text = Unit(rune);
        output.Append(rune > 0xFFFF ? $"(?:{text})" : text);
    }

    // A character as .NET's syntax writes it anywhere.
    private static string Unit(int rune)
    {
        if (rune > 0xFFFF)
        {
            var units = char.ConvertFromUtf32(rune);
            return $"\\u{(int)units[0]:X4}\\u{(int)units[1]:X4}";
        }

        return rune < 128 && char.IsAsciiLetterOrDigit((char)rune) ? ((char)rune).ToString() : $"\\u{rune:X4}";
    }

    private (int Repeats, bool IsOperand) Group()
    {
        var from = at;
        var outer = flags;
        at++;
        if (!AtEnd && pattern[at] == '?')
        {
            if (!GroupHead(from))
            {
                // (?flags) without a group: for the rest of the group around it.
                return (1, false);
            }
        }
        else
        {
            output.Append('(');
        }

        var repeats = Alternatives();
        if (AtEnd)
        {
            throw Invalid("missing closing )", pattern);
        }

        at++;
        output.Append(')');
        flags = outer;
        return (repeats, true);
    }

    // Behind "(": names, flags, or no capture. False when no group follows.
    private bool GroupHead(int from)
    {
        at++;
        var rest = pattern.AsSpan(at);
        if (rest.StartsWith("P<") || (rest.StartsWith("<") && rest.Length > 1 && rest[1] is not ('=' or '!')))
        {
            GroupName(from, rest[0] == 'P' ? 2 : 1);
            return true;
        }

        var (set, clear, isClearing) = (Flags.None, Flags.None, false);
        for (; !AtEnd; at++)
        {
            var flag = pattern[at] switch
            {
                'i' => Flags.IgnoreCase,
                'm' => Flags.MultiLine,
                's' => Flags.DotAll,
                'U' => Flags.Ungreedy,
                _ => Flags.None,
            };
            if (flag != Flags.None)
            {
                (set, clear) = isClearing ? (set, clear | flag) : (set | flag, clear);
            }
            else if (pattern[at] == '-' && !isClearing)
            {
                isClearing = true;
            }
            else if (pattern[at] is ':' or ')')
            {
                return ApplyFlags(set, clear);
            }
            else
            {
                break;
            }
        }

        throw AtEnd ? Invalid("missing closing )", pattern)
            : Invalid("invalid or unsupported Perl syntax", pattern[from..Math.Min(pattern.Length, at + 1)]);
    }

    private bool ApplyFlags(Flags set, Flags clear)
    {
        var isGroup = pattern[at++] == ':';
        flags = (flags | set) & ~clear;
        var ignoresCase = set.HasFlag(Flags.IgnoreCase) ? "i" : clear.HasFlag(Flags.IgnoreCase) ? "-i" : "";
        output.Append(isGroup ? $"(?{ignoresCase}:" : ignoresCase.Length > 0 ? $"(?{ignoresCase})" : "");
        return isGroup;
    }

    private void GroupName(int from, int prefix)
    {
        var end = pattern.IndexOf('>', at);
        var name = end < 0 ? "" : pattern[(at + prefix)..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw Invalid("invalid named capture", end < 0 ? pattern[from..] : pattern[from..(end + 1)]);
        }

        // A name may begin with a digit in RE2, where it would be a number in .NET.
        output.Append("(?<_").Append(name).Append('>');
        at = end + 1;
    }

    /// <summary>What is wrong with a pattern; becomes the error of <see cref="TryTranslate"/>.</summary>
    private sealed class PatternException(string message) : Exception(message);
}
