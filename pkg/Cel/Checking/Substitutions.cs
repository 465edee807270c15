using System.Collections.Immutable;
using Kube1.Cel.Types;

namespace Kube1.Cel.Checking;

/// <summary>
/// What type parameters stand for so far, and whether a type may be used where another is expected, which may bind more
/// of them. An attempt that fails binds nothing.
/// </summary>
internal sealed class Substitutions
{
    private readonly Dictionary<CelType, CelType> bound = [];
    private readonly Stack<(CelType Parameter, CelType? Before)> undo = new();

    public bool IsAssignable(CelType from, CelType to)
    {
        undo.Clear();
        return Assign(from, to) || Undo();
    }

    public bool AreAssignable(ImmutableArray<CelType> from, ImmutableArray<CelType> to)
    {
        undo.Clear();
        return AssignAll(from, to) || Undo();
    }

    /// <summary>The type with all bound parameters replaced, and the others by dyn if asked for.</summary>
    public CelType Apply(CelType type, bool unboundToDyn = false)
    {
        if (type.Kind == CelKind.TypeParameter)
        {
            return bound.TryGetValue(type, out var value) ? Apply(value, unboundToDyn)
                : unboundToDyn ? CelType.Dyn
                : type;
        }

        return type.Parameters.IsEmpty ? type : type.WithParameters(p => Apply(p, unboundToDyn));
    }

    /// <summary>The more general of two types that are assignable to each other.</summary>
    public static CelType MostGeneral(CelType left, CelType right) => IsLessSpecific(left, right) ? left : right;

    private bool Undo()
    {
        while (undo.TryPop(out var entry))
        {
            if (entry.Before is null)
            {
                bound.Remove(entry.Parameter);
            }
            else
            {
                bound[entry.Parameter] = entry.Before;
            }
        }

        return false;
    }

    private void Bind(CelType parameter, CelType type)
    {
        undo.Push((parameter, bound.GetValueOrDefault(parameter)));
        bound[parameter] = type;
    }

    private bool AssignAll(ImmutableArray<CelType> from, ImmutableArray<CelType> to)
    {
        if (from.Length != to.Length)
        {
            return false;
        }

        for (var i = 0; i < from.Length; i++)
        {
            if (!Assign(from[i], to[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool Assign(CelType from, CelType to)
    {
        if (to.Kind == CelKind.TypeParameter)
        {
            var (valid, isBound) = Substitute(from, to);
            if (valid || isBound)
            {
                return valid;
            }
        }

        if (from.Kind == CelKind.TypeParameter)
        {
            return Substitute(to, from).Valid;
        }

        if (from.IsDyn || from.IsError || to.IsDyn || to.IsError)
        {
            return true;
        }

        if (from.Kind == CelKind.Null || to.Kind == CelKind.Null)
        {
            return AcceptsNull(from.Kind == CelKind.Null ? to : from);
        }

        return from.Kind switch
        {
            CelKind.Type => to.Kind == CelKind.Type,
            CelKind.Opaque or CelKind.Optional or CelKind.List or CelKind.Map =>
                from.Kind == to.Kind && from.Name == to.Name && AssignAll(from.Parameters, to.Parameters),
            _ => from.Equals(to),
        };
    }

    private static bool AcceptsNull(CelType type) => type.Kind is CelKind.Null or CelKind.Opaque or CelKind.Optional
        or CelKind.Object or CelKind.Duration or CelKind.Timestamp;

    // Whether the parameter may stand for the type, and whether it already stands for something.
    private (bool Valid, bool IsBound) Substitute(CelType type, CelType parameter)
    {
        if (type.Equals(parameter))
        {
            return (true, true);
        }

        if (bound.TryGetValue(parameter, out var value))
        {
            if (type.Equals(value))
            {
                return (true, true);
            }

            if (!Assign(type, value))
            {
                return (false, true);
            }

            var general = MostGeneral(type, value);
            if (!OccursIn(parameter, general))
            {
                Bind(parameter, general);
            }

            return (true, true);
        }

        if (OccursIn(parameter, type))
        {
            return (false, false);
        }

        Bind(parameter, type);
        return (true, false);
    }

    private bool OccursIn(CelType parameter, CelType type)
    {
        if (type.Equals(parameter))
        {
            return true;
        }

        if (type.Kind == CelKind.TypeParameter)
        {
            return bound.TryGetValue(type, out var value) && OccursIn(parameter, value);
        }

        foreach (var inner in type.Parameters)
        {
            if (OccursIn(parameter, inner))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLessSpecific(CelType left, CelType right)
    {
        if (left.IsDyn || left.Kind == CelKind.TypeParameter)
        {
            return true;
        }

        if (right.IsDyn || right.Kind == CelKind.TypeParameter || left.Kind != right.Kind)
        {
            return false;
        }

        if (left.Kind is not (CelKind.Opaque or CelKind.Optional or CelKind.List or CelKind.Map))
        {
            return left.Kind == CelKind.Type || left.Equals(right);
        }

        return left.Name == right.Name && left.Parameters.Length == right.Parameters.Length
            && left.Parameters.Zip(right.Parameters).All(pair => IsLessSpecific(pair.First, pair.Second));
    }
}
