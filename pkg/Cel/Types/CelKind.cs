namespace Kube1.Cel.Types;

/// <summary>What a type or a value is, roughly. Values never have the kinds <see cref="Dyn"/> and <see cref="TypeParameter"/>.</summary>
public enum CelKind : byte
{
    /// <summary>The type of an expression whose type is known only when it is evaluated.</summary>
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,

    /// <summary>A type as a value, such as the result of <c>type(1)</c>.</summary>
    Type,

    /// <summary><c>optional_type(T)</c>.</summary>
    Optional,

    /// <summary>A named type that the language looks into only by functions (<c>net.IP</c>).</summary>
    Opaque,

    /// <summary>A named type with fields (which a <see cref="CelTypeProvider"/> knows), perhaps with none at all.</summary>
    Object,

    /// <summary>A type parameter of an overload, such as <c>A</c> in <c>list(A)</c>.</summary>
    TypeParameter,

    /// <summary>The type of what did not type-check; as a value, a failed evaluation.</summary>
    Error,

    /// <summary>As <see cref="Dyn"/>, but for scalars alone: no comprehension goes over it. Never a value's kind.</summary>
    Any,
}
