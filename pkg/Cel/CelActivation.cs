using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Values;

namespace Kube1.Cel;

/// <summary>
/// Gives the values of variables to an evaluation; may compute them when they are asked for. A value that is an error
/// fails the expression where it uses the variable.
/// </summary>
public abstract class CelActivation
{
    /// <summary>No variables.</summary>
    public static CelActivation Empty { get; } = new CelVariables();

    public abstract bool TryResolve(string name, [MaybeNullWhen(false)] out CelValue value);
}

/// <summary>Variables whose values are at hand.</summary>
public sealed class CelVariables : CelActivation
{
    private readonly Dictionary<string, CelValue> values = new(StringComparer.Ordinal);

    public CelValue this[string name]
    {
        set => values[name] = value;
    }

    public override bool TryResolve(string name, out CelValue value) => values.TryGetValue(name, out value);
}
