using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Types;

namespace Kube1.Cel.Values;

/// <summary>
/// A value of a named type that is no map: a quantity, an IP address, an authorizer. Functions work on it; a type that
/// also has fields (which its <see cref="CelTypeProvider"/> must know) overrides <see cref="TryGetField"/>.
/// Comparing two of them costs one unit, whatever their size.
/// </summary>
public abstract class CelObject
{
    public abstract CelType Type { get; }

    /// <summary>What a call's cost counts for this argument: 1 unless upstream's type has a size of its own (net.IP, net.CIDR).</summary>
    public virtual long Size => 1;

    /// <summary>Whether <c>optional.ofNonZeroValue</c> takes it for nothing.</summary>
    public virtual bool IsZero => false;

    /// <summary>The value of a field; computed now, if it is lazy.</summary>
    public virtual bool TryGetField(string name, [MaybeNullWhen(false)] out CelValue value)
    {
        value = default;
        return false;
    }

    public virtual bool HasField(string name) => TryGetField(name, out _);

    public abstract bool EqualTo(CelObject other);

    /// <summary>Equal objects have equal hashes.</summary>
    public abstract int GetValueHash();
}
