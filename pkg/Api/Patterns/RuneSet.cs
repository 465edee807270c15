using System.Text;

namespace Kube1.Api.Patterns;

/// <summary>A set of code points, as ranges in order that do not touch.</summary>
internal sealed class RuneSet
{
    public const int MaxRune = 0x10FFFF;

    // First and last of each range, one after the other.
    private readonly int[] _bounds;

    private RuneSet(int[] bounds) => _bounds = bounds;

    /// <summary>First and last of each range, one after the other.</summary>
    public ReadOnlySpan<int> Bounds => _bounds;

    /// <summary>The set of these ranges, each a first and a last code point.</summary>
    public static RuneSet Of(params ReadOnlySpan<int> bounds)
    {
        var builder = new Builder();
        for (var i = 0; i < bounds.Length; i += 2)
        {
            builder.Add(bounds[i], bounds[i + 1]);
        }

        return builder.Build();
    }

    /// <summary>Whether the code point is in the set.</summary>
    public bool Contains(int rune)
    {
        var (low, high) = (0, _bounds.Length / 2);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rune < _bounds[middle * 2])
            {
                high = middle;
            }
            else if (rune > _bounds[(middle * 2) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All other code points.</summary>
    public RuneSet Negated()
    {
        var others = new List<int>(_bounds.Length + 2);
        var next = 0;
        for (var i = 0; i < _bounds.Length; i += 2)
        {
            if (_bounds[i] > next)
            {
                others.Add(next);
                others.Add(_bounds[i] - 1);
            }

            next = _bounds[i + 1] + 1;
        }

        if (next <= MaxRune)
        {
            others.Add(next);
            others.Add(MaxRune);
        }

        return new RuneSet([.. others]);
    }

    /// <summary>Collects ranges.</summary>
    internal sealed class Builder
    {
        /// <summary>No letter above it has another case.</summary>
        private const int LastCasedRune = 0x1E943;

        private readonly List<(int First, int Last)> _ranges = [];

        /// <summary>Adds a range.</summary>
        public void Add(int first, int last) => _ranges.Add((first, last));

        /// <summary>Adds all of a set.</summary>
        public void Add(RuneSet set)
        {
            for (var i = 0; i < set._bounds.Length; i += 2)
            {
                Add(set._bounds[i], set._bounds[i + 1]);
            }
        }

        /// <summary>Adds the other cases of all letters that are in it: the flag i.</summary>
        public void AddOtherCases()
        {
            foreach (var (first, last) in _ranges.ToArray())
            {
                for (var rune = first; rune <= Math.Min(last, LastCasedRune); rune++)
                {
                    if (Rune.IsValid(rune))
                    {
                        AddCases(new Rune(rune));
                    }
                }
            }
        }

        /// <summary>The set.</summary>
        public RuneSet Build()
        {
            _ranges.Sort();
            var bounds = new List<int>(_ranges.Count * 2);
            foreach (var (first, last) in _ranges)
            {
                if (bounds.Count > 0 && first <= bounds[^1] + 1)
                {
                    bounds[^1] = Math.Max(bounds[^1], last);
                }
                else
                {
                    bounds.Add(first);
                    bounds.Add(last);
                }
            }

            return new RuneSet([.. bounds]);
        }

        private void AddCases(Rune rune)
        {
            var (lower, upper) = (Rune.ToLowerInvariant(rune), Rune.ToUpperInvariant(rune));
            AddIfOther(rune, lower);
            AddIfOther(rune, upper);
            AddIfOther(rune, Rune.ToLowerInvariant(upper));
            AddIfOther(rune, Rune.ToUpperInvariant(lower));

            // The kelvin sign and the long s are letters of their own that fold to k and s.
            switch (rune.Value)
            {
                case 'k' or 'K' or 0x212A:
                    AddAll('k', 'K', 0x212A);
                    break;
                case 's' or 'S' or 0x017F:
                    AddAll('s', 'S', 0x017F);
                    break;
                default:
                    break;
            }
        }

        private void AddAll(params ReadOnlySpan<int> runes)
        {
            foreach (var rune in runes)
            {
                Add(rune, rune);
            }
        }

        private void AddIfOther(Rune rune, Rune other)
        {
            if (other != rune)
            {
                Add(other.Value, other.Value);
            }
        }
    }
}
