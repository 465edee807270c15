namespace Kube1.Api.Patterns;

/// <summary>What one step of a program does.</summary>
internal enum Re2Step
{
    /// <summary>The expression matches.</summary>
    Match,

    /// <summary>Takes a character of a set.</summary>
    Take,

    /// <summary>Goes both ways, and prefers the next one.</summary>
    Fork,

    /// <summary>Goes on where an assertion holds.</summary>
    Assert,
}

/// <summary>A step, where it goes on, and for a fork where else.</summary>
internal readonly record struct Re2Instruction(Re2Step Step, int Next, int Other, RuneSet? Set, Re2Assertion Assertion);

/// <summary>An expression as steps of an automaton (Thompson's construction); repeats are written out.</summary>
internal sealed class Re2Program
{
    private const int Unset = -1;

    private readonly List<Re2Instruction> _steps = [];
    private readonly string _pattern;

    private Re2Program(string pattern, Re2Node node)
    {
        _pattern = pattern;
        var match = Add(new Re2Instruction(Re2Step.Match, Unset, Unset, null, default));
        Start = Emit(node, match);
        Steps = [.. _steps];
    }

    /// <summary>Where it begins.</summary>
    public int Start { get; }

    /// <summary>All steps.</summary>
    public Re2Instruction[] Steps { get; }

    /// <summary>Compiles an expression. Throws <see cref="FormatException"/> with Go's text.</summary>
    public static Re2Program Compile(string pattern) => new(pattern, Re2Parser.Parse(pattern));

    // From the end to the beginning: each step knows the next one when it is made.
    private int Emit(Re2Node node, int next)
    {
        switch (node.Kind)
        {
            case Re2Kind.Set:
                return Add(new Re2Instruction(Re2Step.Take, next, Unset, node.Set, default));
            case Re2Kind.Assertion:
                return Add(new Re2Instruction(Re2Step.Assert, next, Unset, null, node.Assertion));
            case Re2Kind.Sequence:
                for (var i = node.Parts.Count - 1; i >= 0; i--)
                {
                    next = Emit(node.Parts[i], next);
                }

                return next;
            case Re2Kind.Choice:
                var choice = Emit(node.Parts[^1], next);
                for (var i = node.Parts.Count - 2; i >= 0; i--)
                {
                    choice = Fork(Emit(node.Parts[i], next), choice);
                }

                return choice;
            case Re2Kind.Repeat:
                return EmitRepeat(node, next);
            default:
                return next;
        }
    }

    private int EmitRepeat(Re2Node node, int next)
    {
        var part = node.Parts[0];
        var copies = node.Min;
        if (node.Max == Re2Node.Unbounded)
        {
            var loop = Fork(Unset, next);
            var body = Emit(part, loop);
            _steps[loop] = node.IsLazy
                ? _steps[loop] with { Next = next, Other = body }
                : _steps[loop] with { Next = body };
            // With a least count the body stands before the loop as its first turn.
            next = copies > 0 ? body : loop;
            copies = Math.Max(0, copies - 1);
        }
        else
        {
            var end = next;
            for (var i = node.Min; i < node.Max; i++)
            {
                var turn = Emit(part, next);
                next = node.IsLazy ? Fork(end, turn) : Fork(turn, end);
            }
        }

        for (var i = 0; i < copies; i++)
        {
            next = Emit(part, next);
        }

        return next;
    }

    private int Fork(int one, int other) => Add(new Re2Instruction(Re2Step.Fork, one, other, null, default));

    private int Add(Re2Instruction step)
    {
        if (_steps.Count >= Re2Parser.MaxParts)
        {
            throw Re2Parser.Error("expression too large", _pattern);
        }

        _steps.Add(step);
        return _steps.Count - 1;
    }
}
