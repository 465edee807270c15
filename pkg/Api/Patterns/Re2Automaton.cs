namespace Kube1.Api.Patterns;

/// <summary>
/// The states that a program can be in after some text, made as texts need them and kept (a lazy DFA, as in RE2). A state
/// is the set of steps that the program waits at, and what kind of character stood before: assertions are decided when
/// the next one is seen.
/// </summary>
internal sealed class Re2Automaton
{
    /// <summary>Code points below it have a place in a state's table.</summary>
    public const int AsciiCount = 128;

    /// <summary>Then the states are forgotten and made anew: what one pattern may keep in memory.</summary>
    private const int MaxStates = 256;

    /// <summary>The same for patterns whose states are large: four megabytes.</summary>
    private const int MaxStoredSteps = 1_000_000;

    private readonly Re2Program _program;
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, State> _states = [];
    private readonly byte[] _classes = new byte[AsciiCount];
    private readonly int _classCount;
    private readonly int[] _marks;
    private readonly Stack<int> _open = new();
    private int _mark;
    private int _storedSteps;
    private State? _start;

    public Re2Automaton(Re2Program program)
    {
        _program = program;
        _marks = new int[program.Steps.Length];
        _classCount = DivideAscii();
    }

    /// <summary>The state before the first character.</summary>
    public State Begin(ref Re2Effort effort)
    {
        if (Volatile.Read(ref _start) is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            var steps = new List<int>();
            NewMark();
            Follow(_program.Start, steps, Re2Before.Start, ref effort);
            var state = Intern(steps, Re2Before.Start);
            Volatile.Write(ref _start, state);
            return state;
        }
    }

    /// <summary>The state after an ASCII character.</summary>
    public State Next(State state, char letter, ref Re2Effort effort)
    {
        ref var slot = ref state.Table(_classCount)[_classes[letter]];
        if (Volatile.Read(ref slot) is { } known)
        {
            return known;
        }

        // Whoever gives up must not leave that behind for others.
        if (effort.IsSpent)
        {
            return State.Dead;
        }

        lock (_lock)
        {
            var next = Advance(state, letter, ref effort);
            Volatile.Write(ref slot, next);
            return next;
        }
    }

    /// <summary>The state after any other character.</summary>
    public State NextWide(State state, int rune, ref Re2Effort effort)
    {
        if (effort.IsSpent)
        {
            return State.Dead;
        }

        lock (_lock)
        {
            return Advance(state, rune, ref effort);
        }
    }

    /// <summary>Whether the text may end here.</summary>
    public bool End(State state, ref Re2Effort effort)
    {
        lock (_lock)
        {
            return Resolve(state, Re2Surroundings.EndOfText, ref effort, out _);
        }
    }

    private State Advance(State state, int rune, ref Re2Effort effort)
    {
        if (Resolve(state, rune, ref effort, out var waiting))
        {
            return State.Matched;
        }

        var before = Re2Surroundings.KindOf(rune);
        var next = new List<int>();
        NewMark();
        foreach (var at in waiting)
        {
            var step = _program.Steps[at];
            if (step.Step == Re2Step.Take && step.Set!.Contains(rune))
            {
                Follow(step.Next, next, before, ref effort);
            }
        }

        // A match may begin anywhere.
        Follow(_program.Start, next, before, ref effort);
        return Intern(next, before);
    }

    // Decides the assertions that the state waits at, now that the next character is known; true for a match.
    private bool Resolve(State state, int rune, ref Re2Effort effort, out IReadOnlyList<int> waiting)
    {
        waiting = state.Steps;
        if (!state.HasAssertions)
        {
            return false;
        }

        var all = new List<int>();
        NewMark();
        foreach (var at in state.Steps)
        {
            Follow(at, all, state.Kind, ref effort, rune, decides: true);
        }

        waiting = all;
        return all.Contains(0);
    }

    // Adds the steps that take a character, or have to wait for the next one, from here on. Step 0 is the match.
    private void Follow(
        int from, List<int> steps, Re2Before before, ref Re2Effort effort, int rune = Re2Surroundings.EndOfText, bool decides = false)
    {
        _open.Push(from);
        while (_open.TryPop(out var at))
        {
            if (_marks[at] == _mark)
            {
                continue;
            }

            _marks[at] = _mark;
            effort.Spend();
            var step = _program.Steps[at];
            switch (step.Step)
            {
                case Re2Step.Fork:
                    _open.Push(step.Other);
                    _open.Push(step.Next);
                    break;
                case Re2Step.Assert when decides:
                    if (Re2Surroundings.Holds(step.Assertion, before, rune))
                    {
                        _open.Push(step.Next);
                    }

                    break;
                case Re2Step.Assert when step.Assertion == Re2Assertion.TextStart && before != Re2Before.Start:
                    break;
                default:
                    steps.Add(at);
                    break;
            }
        }
    }

    private State Intern(List<int> steps, Re2Before before)
    {
        if (steps.Count == 0)
        {
            return State.Dead;
        }

        steps.Sort();
        if (steps[0] == 0)
        {
            return State.Matched;
        }

        var hasAssertions = steps.Exists(at => _program.Steps[at].Step == Re2Step.Assert);
        var key = new Key([.. steps], hasAssertions ? before : Re2Before.Other);
        if (_states.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_states.Count >= MaxStates || _storedSteps > MaxStoredSteps)
        {
            _states.Clear();
            _storedSteps = 0;
            Volatile.Write(ref _start, null);
        }

        _storedSteps += key.Steps.Length;
        return _states[key] = new State(key.Steps, key.Before, hasAssertions);
    }

    private void NewMark()
    {
        if (++_mark == int.MaxValue)
        {
            Array.Clear(_marks);
            _mark = 1;
        }
    }

    // Characters that no step tells apart share a place in the tables.
    private int DivideAscii()
    {
        Span<bool> begins = stackalloc bool[AsciiCount + 1];
        foreach (var step in _program.Steps)
        {
            var set = step.Step == Re2Step.Assert ? RuneClasses.Word : step.Set;
            var bounds = set is null ? default : set.Bounds;
            for (var i = 0; i < bounds.Length && bounds[i] < AsciiCount; i += 2)
            {
                begins[bounds[i]] = true;
                begins[Math.Min(bounds[i + 1] + 1, AsciiCount)] = true;
            }

            if (step.Step == Re2Step.Assert)
            {
                begins['\n'] = begins['\n' + 1] = true;
            }
        }

        var current = 0;
        for (var letter = 1; letter < AsciiCount; letter++)
        {
            current += begins[letter] ? 1 : 0;
            _classes[letter] = (byte)current;
        }

        return current + 1;
    }

    /// <summary>A state and where the ASCII characters lead from it.</summary>
    internal sealed class State
    {
        private State?[]? _table;

        public State(int[] steps, Re2Before kind, bool hasAssertions)
        {
            Steps = steps;
            Kind = kind;
            HasAssertions = hasAssertions;
        }

        private State(bool isMatch)
        {
            IsFinal = true;
            IsMatch = isMatch;
            Steps = [];
        }

        /// <summary>Nothing can match any more.</summary>
        public static State Dead { get; } = new(false);

        /// <summary>The pattern has matched, whatever follows.</summary>
        public static State Matched { get; } = new(true);

        public bool IsFinal { get; }

        public bool IsMatch { get; }

        public bool HasAssertions { get; }

        internal int[] Steps { get; }

        internal Re2Before Kind { get; }

        internal State?[] Table(int size) => _table ??= new State?[size];
    }

    // States are equal when they wait at the same steps.
    private readonly record struct Key(int[] Steps, Re2Before Before)
    {
        public bool Equals(Key other) => Before == other.Before && Steps.AsSpan().SequenceEqual(other.Steps);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Before);
            foreach (var step in Steps)
            {
                hash.Add(step);
            }

            return hash.ToHashCode();
        }
    }
}
