using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Values;

namespace Kube1.Cel.Types;

/// <summary>
/// What an environment knows of named types. This is the seam for types that come from OpenAPI schemas: a provider made
/// of a schema answers for <c>kubernetes.Example.spec</c> and its fields, and the values (<see cref="CelMap"/>s whose
/// <see cref="CelMap.Type"/> is that type) read the JSON member by member. A self-typed rule is an environment with the
/// variable <c>self</c> of such a type.
/// </summary>
public abstract class CelTypeProvider
{
    /// <summary>Knows no type.</summary>
    public static CelTypeProvider Empty { get; } = new NoTypes();

    /// <summary>The type that an expression may name, as <c>kubernetes.Quantity</c> in <c>type(x) == kubernetes.Quantity</c>.</summary>
    public abstract bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type);

    /// <summary>The type of an object type's field; false gives "undefined field".</summary>
    public abstract bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type);

    /// <summary>Makes the value of <c>TypeName{field: value}</c>, or an error value.</summary>
    public virtual CelValue NewObject(string typeName, IReadOnlyList<KeyValuePair<string, CelValue>> fields) =>
        CelValue.Error($"unknown type: {typeName}");

    private sealed class NoTypes : CelTypeProvider
    {
        public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
        {
            type = null;
            return false;
        }

        public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
        {
            type = null;
            return false;
        }
    }
}
