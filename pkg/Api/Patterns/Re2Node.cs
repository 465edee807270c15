namespace Kube1.Api.Patterns;

/// <summary>What a part of an expression is.</summary>
internal enum Re2Kind
{
    Empty,
    Set,
    Assertion,
    Sequence,
    Choice,
    Repeat,
}

/// <summary>What must hold between two characters.</summary>
internal enum Re2Assertion
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>A part of an expression. Groups are the part in them: what they capture is of no interest.</summary>
internal sealed record Re2Node(Re2Kind Kind)
{
    /// <summary>In a repeat: no upper bound.</summary>
    public const int Unbounded = -1;

    public static Re2Node Empty { get; } = new(Re2Kind.Empty);

    /// <summary>The characters that fit.</summary>
    public RuneSet? Set { get; init; }

    public Re2Assertion Assertion { get; init; }

    /// <summary>The parts, or what is repeated.</summary>
    public IReadOnlyList<Re2Node> Parts { get; init; } = [];

    public int Min { get; init; }

    public int Max { get; init; }

    /// <summary>Whether a repeat prefers fewer turns.</summary>
    public bool IsLazy { get; init; }

    public static Re2Node Of(RuneSet set) => new(Re2Kind.Set) { Set = set };

    public static Re2Node Of(Re2Assertion assertion) => new(Re2Kind.Assertion) { Assertion = assertion };

    public static Re2Node Of(Re2Kind kind, IReadOnlyList<Re2Node> parts) => parts.Count switch
    {
        0 => Empty,
        1 => parts[0],
        _ => new Re2Node(kind) { Parts = parts },
    };

    public static Re2Node Repeat(Re2Node part, int min, int max, bool isLazy) =>
        new(Re2Kind.Repeat) { Parts = [part], Min = min, Max = max, IsLazy = isLazy };

    /// <summary>Whether no part of it is repeated more than so many times in all.</summary>
    public bool RepeatsAtMost(int times)
    {
        if (Kind == Re2Kind.Repeat && Max != 0)
        {
            var most = Max == Unbounded ? Min : Max;
            if (most > times)
            {
                return false;
            }

            times /= Math.Max(1, most);
        }

        foreach (var part in Parts)
        {
            if (!part.RepeatsAtMost(times))
            {
                return false;
            }
        }

        return true;
    }
}
