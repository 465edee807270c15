using System.Text;

namespace Kube1.Api.Patterns;

/// <summary>
/// A regular expression as Go has them: RE2's syntax over code points, and time that grows with the text alone. Instances
/// may be used by many threads. No match takes more than a bounded amount of work.
/// </summary>
public sealed class Re2Pattern
{
    private readonly Re2Program _program;
    private readonly Re2Automaton _automaton;

    private Re2Pattern(string pattern)
    {
        Text = pattern;
        _program = Re2Program.Compile(pattern);
        _automaton = new Re2Automaton(_program);
    }

    /// <summary>The expression as it is written.</summary>
    public string Text { get; }

    /// <summary>How large it is: the number of its steps.</summary>
    public int StepCount => _program.Steps.Length;

    /// <summary>
    /// Compiles an expression. Throws <see cref="FormatException"/> with the text of Go's error: "error parsing regexp:
    /// missing closing ]: `[a`".
    /// </summary>
    public static Re2Pattern Compile(string pattern) => new(pattern);

    /// <summary>Whether some part of the text matches. A text that takes too much work does not.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => Matches(text) == true;

    /// <summary>The same; null for a text that takes too much work.</summary>
    public bool? Matches(ReadOnlySpan<char> text)
    {
        var effort = new Re2Effort();
        var state = _automaton.Begin(ref effort);
        while (text.Length > 0 && !state.IsFinal)
        {
            var letter = text[0];
            if (letter < Re2Automaton.AsciiCount)
            {
                state = _automaton.Next(state, letter, ref effort);
                text = text[1..];
            }
            else
            {
                // What is no character counts as the replacement character, as in Go.
                Rune.DecodeFromUtf16(text, out var rune, out var length);
                state = _automaton.NextWide(state, rune.Value, ref effort);
                text = text[length..];
            }
        }

        var matches = state.IsFinal ? state.IsMatch : _automaton.End(state, ref effort);
        return effort.IsSpent ? null : matches;
    }

    /// <summary>
    /// Where it matches, from the left and without overlaps, at most so many times (Go's FindAllStringIndex): of the matches
    /// that begin at the same place the one that the expression prefers. Null for a text that takes too much work.
    /// </summary>
    public IReadOnlyList<Range>? FindAll(ReadOnlySpan<char> text, long limit = long.MaxValue)
    {
        var search = new Re2Search(_program, text);
        var found = new List<Range>();
        var end = -1;
        for (var at = 0; found.Count < limit && search.TryFind(at, out var match);)
        {
            var (start, stop) = (match.Start.Value, match.End.Value);
            // An empty match right behind another match does not count.
            if (stop > start || start != end)
            {
                found.Add(match);
            }

            end = stop;
            if (stop == at && search.LengthAt(at) is var length)
            {
                if (length == 0)
                {
                    break;
                }

                stop += length;
            }

            at = stop;
        }

        return search.IsSpent ? null : found;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
