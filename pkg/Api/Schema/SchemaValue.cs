using Kube1.Api.Merging;

namespace Kube1.Api.Schema;

/// <summary>What a value is on the wire and how it is read.</summary>
public enum SchemaKind
{
    /// <summary>A text.</summary>
    String,

    /// <summary>A whole number of 32 bits.</summary>
    Integer32,

    /// <summary>A whole number of 64 bits.</summary>
    Integer64,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A floating-point number.</summary>
    Number,

    /// <summary>Base64 text.</summary>
    Bytes,

    /// <summary>metav1.Time: RFC 3339, whole seconds, UTC.</summary>
    Time,

    /// <summary>metav1.MicroTime: RFC 3339, six fractional digits, UTC.</summary>
    MicroTime,

    /// <summary>resource.Quantity, canonical text.</summary>
    Quantity,

    /// <summary>intstr.IntOrString.</summary>
    IntOrString,

    /// <summary>An object of a <see cref="SchemaType"/>.</summary>
    Object,

    /// <summary>A list of one kind of item.</summary>
    List,

    /// <summary>A map from text to one kind of value.</summary>
    Map,

    /// <summary>Any JSON, kept as it is: RawExtension, FieldsV1, apiextensions JSON.</summary>
    Any,
}

/// <summary>
/// The shape of one value. Types are resolved on first use, so that recursive and unused ones cost nothing.
/// </summary>
public sealed class SchemaValue
{
    private readonly Func<string, SchemaType>? _resolve;
    private SchemaType? _type;

    private SchemaValue(SchemaKind kind, SchemaValue? element = null)
    {
        Kind = kind;
        Element = element;
    }

    private SchemaValue(string typeName, Func<string, SchemaType> resolve)
    {
        Kind = SchemaKind.Object;
        TypeName = typeName;
        _resolve = resolve;
    }

    private SchemaValue(SchemaType type)
    {
        Kind = SchemaKind.Object;
        TypeName = type.Name;
        _type = type;
    }

    private SchemaValue(SchemaValue shape, string listType, IReadOnlyList<string> listMapKeys)
    {
        Kind = shape.Kind;
        Element = shape.Element;
        TypeName = shape.TypeName;
        IsAtomic = shape.IsAtomic;
        IsLenient = true;
        ListType = listType;
        ListMapKeys = listMapKeys;
        _resolve = shape._resolve;
        _type = shape._type;
    }

    /// <summary>A text.</summary>
    public static SchemaValue String { get; } = new(SchemaKind.String);

    /// <summary>Any JSON.</summary>
    public static SchemaValue Any { get; } = new(SchemaKind.Any);

    /// <summary>Any JSON that is changed and owned as one value: a RawExtension.</summary>
    public static SchemaValue Raw { get; } =
        new(SchemaKind.Any) { TypeName = "io.k8s.apimachinery.pkg.runtime.RawExtension", IsAtomic = true };

    /// <summary>The set of fields in an entry of managedFields: JSON that is kept as it came, byte for byte.</summary>
    public static SchemaValue FieldsV1 { get; } =
        new(SchemaKind.Any) { TypeName = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", IsAtomic = true };

    /// <summary>Whether any JSON is changed and owned as one value, instead of member by member.</summary>
    public bool IsAtomic { get; private init; }

    /// <summary>
    /// Whether decoding keeps a value that does not fit, null too, so that validation can refuse it: in custom resources,
    /// whose types upstream checks there.
    /// </summary>
    public bool IsLenient { get; }

    /// <summary>"atomic", "set", "map" or "granular" where no field says it, in items and entries; empty otherwise.</summary>
    internal string ListType { get; } = "";

    /// <summary>The keys of a list of type "map".</summary>
    internal IReadOnlyList<string> ListMapKeys { get; } = [];

    /// <summary>What the value is.</summary>
    public SchemaKind Kind { get; }

    /// <summary>The shape of the items of a list or of the values of a map; null otherwise.</summary>
    public SchemaValue? Element { get; }

    /// <summary>The full name of the type of an object, or of free-form JSON that has one; empty otherwise.</summary>
    public string TypeName { get; private init; } = "";

    /// <summary>The type of an object; null for everything else.</summary>
    public SchemaType? Type => _type ??= _resolve?.Invoke(TypeName);

    /// <summary>What merging makes of it where no field says otherwise.</summary>
    internal MergeRule Rule => field ??= MergeRule.Of(this);

    /// <summary>The innermost shape below lists and maps.</summary>
    public SchemaValue Innermost => Element is null ? this : Element.Innermost;

    /// <summary>A scalar, or Any.</summary>
    public static SchemaValue Of(SchemaKind kind) => kind switch
    {
        SchemaKind.String => String,
        SchemaKind.Any => Any,
        SchemaKind.Object or SchemaKind.List or SchemaKind.Map =>
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "needs a type or an element"),
        _ => new SchemaValue(kind),
    };

    /// <summary>Any JSON, of a type that has a form of its own in protobuf.</summary>
    public static SchemaValue AnyOf(string typeName) => new(SchemaKind.Any) { TypeName = typeName };

    /// <summary>An object of a type that is at hand, a CRD's for instance.</summary>
    public static SchemaValue ObjectOf(SchemaType type) => new(type);

    /// <summary>A list.</summary>
    public static SchemaValue ListOf(SchemaValue element) => new(SchemaKind.List, element);

    /// <summary>A map from text.</summary>
    public static SchemaValue MapOf(SchemaValue element) => new(SchemaKind.Map, element);

    /// <summary>The same shape in a custom resource, with its list type or map type.</summary>
    public SchemaValue Leniently(string listType = "", IReadOnlyList<string>? listMapKeys = null) =>
        new(this, listType, listMapKeys ?? []);

    /// <summary>An object whose type is looked up by name when it is first needed.</summary>
    internal static SchemaValue Reference(string typeName, Func<string, SchemaType> resolve) => new(typeName, resolve);

    /// <summary>The name that Go would print for it: "int32", "[]v1.Container". Error texts carry it.</summary>
    internal string GoTypeName => Kind switch
    {
        SchemaKind.String => "string",
        SchemaKind.Integer32 => "int32",
        SchemaKind.Integer64 => "int64",
        SchemaKind.Boolean => "bool",
        SchemaKind.Number => "float64",
        SchemaKind.Bytes => "[]uint8",
        SchemaKind.Time => "v1.Time",
        SchemaKind.MicroTime => "v1.MicroTime",
        SchemaKind.Quantity => "resource.Quantity",
        SchemaKind.IntOrString => "intstr.IntOrString",
        SchemaKind.List => "[]" + Element!.GoTypeName,
        SchemaKind.Map when Element!.Kind == SchemaKind.Quantity => "v1.ResourceList",
        SchemaKind.Map => "map[string]" + Element!.GoTypeName,
        SchemaKind.Object => ShortTypeName(TypeName),
        _ => "interface {}",
    };

    private static string ShortTypeName(string name)
    {
        var last = name.LastIndexOf('.');
        var before = last <= 0 ? -1 : name.LastIndexOf('.', last - 1);
        return name[(before + 1)..];
    }
}
