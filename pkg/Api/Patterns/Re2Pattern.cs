using System.Text;

namespace Kube1.Api.Patterns;

/// <summary>
/// A regular expression as Go has them: RE2's syntax over code points, and time that grows with the text alone. It says
/// whether some part of a text matches. Instances may be used by many threads.
/// </summary>
public sealed class Re2Pattern
{
    private readonly Re2Automaton _automaton;

    private Re2Pattern(string pattern)
    {
        Text = pattern;
        _automaton = new Re2Automaton(Re2Program.Compile(pattern));
    }

    /// <summary>The expression as it is written.</summary>
    public string Text { get; }

    /// <summary>
    /// Compiles an expression. Throws <see cref="FormatException"/> with the text of Go's error: "error parsing regexp:
    /// missing closing ]: `[a`".
    /// </summary>
    public static Re2Pattern Compile(string pattern) => new(pattern);

    /// <summary>
    /// Whether some part of the text matches. A text that takes more than a bounded amount of work does not.
    /// </summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        var effort = new Re2Automaton.Effort();
        var state = _automaton.Begin(ref effort);
        while (text.Length > 0)
        {
            if (state.IsFinal)
            {
                return state.IsMatch;
            }

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

        return state.IsFinal ? state.IsMatch : _automaton.End(state, ref effort);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
