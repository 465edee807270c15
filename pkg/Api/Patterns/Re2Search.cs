using System.Text;

namespace Kube1.Api.Patterns;

/// <summary>
/// Looks for the places where a program matches one text: the leftmost one, and of those that begin there the one that the
/// expression prefers, as Perl and Go have it (Pike's virtual machine: all ways side by side, in the order of preference).
/// </summary>
internal ref struct Re2Search
{
    private readonly Re2Program _program;
    private readonly ReadOnlySpan<char> _text;
    private readonly int[] _marks;
    private readonly Stack<int> _open = new();
    private int _mark;
    private List<Way> _ways = [];
    private List<Way> _next = [];
    private Re2Effort _effort;

    public Re2Search(Re2Program program, ReadOnlySpan<char> text)
    {
        _program = program;
        _text = text;
        _marks = new int[program.Steps.Length];
    }

    /// <summary>Whether the search was given up because it took too much work.</summary>
    public readonly bool IsSpent => _effort.IsSpent;

    /// <summary>The first match from a place on; false when there is none or the search was given up.</summary>
    public bool TryFind(int from, out Range match)
    {
        match = default;
        var found = false;
        var before = KindBefore(from);
        _ways.Clear();
        for (var at = from; !_effort.IsSpent; )
        {
            var (rune, length) = RuneAt(at);
            Advance(at, before, rune, mayBegin: !found, ref match, ref found);
            if (length == 0 || (found && _next.Count == 0))
            {
                return found && !_effort.IsSpent;
            }

            (_ways, _next) = (_next, _ways);
            before = Re2Surroundings.KindOf(rune);
            at += length;
        }

        return false;
    }

    /// <summary>How many units of the text the character at a place has; 0 at the end.</summary>
    public readonly int LengthAt(int at) => RuneAt(at).Length;

    // Follows every way to the steps that take a character, and takes this one. Ways of less preference than one that
    // matches end.
    private void Advance(int at, Re2Before before, int rune, bool mayBegin, ref Range match, ref bool found)
    {
        _next.Clear();
        _mark++;
        foreach (var way in _ways)
        {
            if (Follow(way.Step, way.Start, before, rune))
            {
                (match, found) = (way.Start..at, true);
                return;
            }
        }

        if (mayBegin && Follow(_program.Start, at, before, rune))
        {
            (match, found) = (at..at, true);
        }
    }

    // Goes from a step to all that can be reached without a character, those first that are preferred; true at a match.
    private bool Follow(int from, int start, Re2Before before, int rune)
    {
        _open.Clear();
        _open.Push(from);
        while (_open.TryPop(out var at))
        {
            if (_marks[at] == _mark)
            {
                continue;
            }

            _marks[at] = _mark;
            _effort.Spend();
            var step = _program.Steps[at];
            switch (step.Step)
            {
                case Re2Step.Match:
                    return true;
                case Re2Step.Fork:
                    _open.Push(step.Other);
                    _open.Push(step.Next);
                    break;
                case Re2Step.Assert when Re2Surroundings.Holds(step.Assertion, before, rune):
                    _open.Push(step.Next);
                    break;
                case Re2Step.Take when step.Set!.Contains(rune):
                    _next.Add(new Way(step.Next, start));
                    break;
                default:
                    break;
            }
        }

        return false;
    }

    private readonly Re2Before KindBefore(int at)
    {
        if (at == 0)
        {
            return Re2Before.Start;
        }

        Rune.DecodeLastFromUtf16(_text[..at], out var rune, out _);
        return Re2Surroundings.KindOf(rune.Value);
    }

    private readonly (int Rune, int Length) RuneAt(int at)
    {
        if (at == _text.Length)
        {
            return (Re2Surroundings.EndOfText, 0);
        }

        Rune.DecodeFromUtf16(_text[at..], out var rune, out var length);
        return (rune.Value, length);
    }

    // Where a way through the program goes on, and where in the text it began.
    private readonly record struct Way(int Step, int Start);
}
