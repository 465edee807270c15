using System.Collections.Immutable;
using Kube1.Cel.Values;

namespace Kube1.Cel.Types;

/// <summary>
/// A type of the Common Expression Language: immutable, compared by its structure, printed as upstream's messages print
/// it (<c>map(string, list(int))</c>). Source: cel-spec, doc/langdef.md, "Values".
/// </summary>
public sealed class CelType : IEquatable<CelType>
{
    public static readonly CelType Dyn = new(CelKind.Dyn, "dyn");
    /// <summary>A scalar of which nothing is known; protobuf's Any.</summary>
    public static readonly CelType Any = new(CelKind.Any, "google.protobuf.Any", "any");

    public static readonly CelType Null = new(CelKind.Null, "null_type", "null");
    public static readonly CelType Bool = new(CelKind.Bool, "bool");
    public static readonly CelType Int = new(CelKind.Int, "int");
    public static readonly CelType Uint = new(CelKind.Uint, "uint");
    public static readonly CelType Double = new(CelKind.Double, "double");
    public static readonly CelType String = new(CelKind.String, "string");
    public static readonly CelType Bytes = new(CelKind.Bytes, "bytes");
    public static readonly CelType Timestamp = new(CelKind.Timestamp, "google.protobuf.Timestamp", "timestamp");
    public static readonly CelType Duration = new(CelKind.Duration, "google.protobuf.Duration", "duration");

    /// <summary>The type of a type of which nothing more is known.</summary>
    public static readonly CelType AnyType = new(CelKind.Type, "type");

    /// <summary>The type of an expression that did not type-check, and of a failed evaluation.</summary>
    public static readonly CelType Error = new(CelKind.Error, "error", "!error!");

    /// <summary><c>list(dyn)</c>: what a list value is, whatever its elements.</summary>
    public static readonly CelType DynList = List(Dyn);

    /// <summary><c>map(dyn, dyn)</c>: what a map value is, whatever its entries.</summary>
    public static readonly CelType DynMap = Map(Dyn, Dyn);

    /// <summary><c>optional_type(dyn)</c>: what an optional value is, whatever it holds.</summary>
    public static readonly CelType DynOptional = Optional(Dyn);

    private readonly string text;

    private CelType(CelKind kind, string name, string? text = null, params ImmutableArray<CelType> parameters)
    {
        Kind = kind;
        Name = name;
        Parameters = parameters.IsDefault ? [] : parameters;
        this.text = Parameters.Length == 0 ? text ?? name : $"{name}({string.Join(", ", Parameters)})";
    }

    public CelKind Kind { get; }

    /// <summary>The type's name without parameters, as <c>type()</c> names it at run time: <c>google.protobuf.Duration</c>.</summary>
    public string Name { get; }

    /// <summary>One for lists, optionals and types of types; two for maps; any number for opaque types.</summary>
    public ImmutableArray<CelType> Parameters { get; }

    /// <summary>Whether values of any type may stand where this type is.</summary>
    public bool IsDyn => Kind is CelKind.Dyn or CelKind.Any;

    public bool IsError => Kind == CelKind.Error;

    public bool IsOptional => Kind == CelKind.Optional;

    public static CelType List(CelType element) => new(CelKind.List, "list", null, element);

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, "map", null, key, value);

    public static CelType Optional(CelType value) => new(CelKind.Optional, "optional_type", null, value);

    public static CelType TypeOf(CelType type) => new(CelKind.Type, "type", null, type);

    /// <summary>A named type without fields, such as <c>net.IP</c>.</summary>
    public static CelType Opaque(string name, params ImmutableArray<CelType> parameters) =>
        new(CelKind.Opaque, name, null, parameters);

    /// <summary>A named type whose fields the environment's <see cref="CelTypeProvider"/> knows.</summary>
    public static CelType Object(string name) => new(CelKind.Object, name);

    /// <summary>A type parameter of an overload; each use of the overload binds it anew.</summary>
    public static CelType Parameter(string name) => new(CelKind.TypeParameter, name);

    /// <summary>The same type with other parameters.</summary>
    internal CelType WithParameters(Func<CelType, CelType> change)
    {
        var changed = Parameters.Select(change).ToImmutableArray();
        return changed.SequenceEqual(Parameters) ? this : new CelType(Kind, Name, null, changed);
    }

    /// <summary>
    /// Whether a value may stand where this type is declared: it has the type's name, and what its first element or
    /// entry is counts as well.
    /// </summary>
    internal bool Accepts(in CelValue value)
    {
        switch (Kind)
        {
            case CelKind.Dyn or CelKind.Any or CelKind.TypeParameter:
                return true;
            case CelKind.List when value.Kind == CelKind.List:
                return value.AsList.Count == 0 || Parameters[0].Accepts(value.AsList[0]);
            case CelKind.Map when value.Kind == CelKind.Map && value.AsMap.Type.Kind == CelKind.Map:
                return value.AsMap.Count == 0
                    || (Parameters[0].Accepts(value.AsMap.KeyAt(0)) && Parameters[1].Accepts(value.AsMap.ValueAt(0)));
            case CelKind.Object or CelKind.Opaque:
                return value.Kind is CelKind.Object or CelKind.Opaque or CelKind.Map && value.Type.Name == Name;
            default:
                return Kind == value.Kind;
        }
    }

    public bool Equals(CelType? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Name == other.Name && Parameters.SequenceEqual(other.Parameters));

    public override bool Equals(object? obj) => Equals(obj as CelType);

    public override int GetHashCode() => HashCode.Combine(Kind, text);

    public override string ToString() => text;
}
