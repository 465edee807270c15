using System.Globalization;
using System.Text;

namespace Kube1.Api.Schema;

/// <summary>
/// The types of Kubernetes v1.36, from the embedded table. Opening it only notes where each type's rows are; a type is
/// built when it is first asked for, and so are the types that its fields name.
/// </summary>
public sealed class SchemaCatalog
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly Lazy<SchemaCatalog> LazyBuiltIn = new(() => new SchemaCatalog());

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SchemaType?> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _strings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Start, int Length)> _rows;

    private SchemaCatalog() => _rows = Index();

    /// <summary>The types of the embedded table.</summary>
    public static SchemaCatalog BuiltIn => LazyBuiltIn.Value;

    /// <summary>The same types in a catalog that goes away with its user: for walks over all of them.</summary>
    internal static SchemaCatalog Transient() => new();

    /// <summary>The full names of all types, in the order of the table.</summary>
    public IEnumerable<string> Names => _rows.Keys;

    /// <summary>The type of this full name ("io.k8s.api.apps.v1.Deployment"); null when there is none.</summary>
    public SchemaType? Find(string fullName)
    {
        lock (_lock)
        {
            if (!_types.TryGetValue(fullName, out var type))
            {
                type = _rows.TryGetValue(fullName, out var rows) ? Build(fullName, rows.Start, rows.Length) : null;
                if (type is not null)
                {
                    _types[fullName] = type;
                }
            }

            return type;
        }
    }

    /// <summary>The type of a served resource's objects.</summary>
    public SchemaType? Find(ResourceDescriptor resource) => Find(resource.SchemaType);

    /// <summary>The type of a built-in kind; null when there is none.</summary>
    public SchemaType? Find(GroupVersionKind kind) =>
        Find(ResourceCatalog.SchemaTypeName(kind.Group, kind.Version, kind.Kind))
        ?? (kind is { Group: "", Version: "v1" } ? Find(Meta + kind.Kind) : null);

    /// <summary>The shape of this type in a field: scalars such as Quantity and Time are no objects.</summary>
    public SchemaValue ValueOf(string fullName) => fullName switch
    {
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => SchemaValue.Of(SchemaKind.Quantity),
        Meta + "Time" => SchemaValue.Of(SchemaKind.Time),
        Meta + "MicroTime" => SchemaValue.Of(SchemaKind.MicroTime),
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => SchemaValue.Of(SchemaKind.IntOrString),
        "io.k8s.apimachinery.pkg.runtime.RawExtension" => SchemaValue.Raw,
        Meta + "FieldsV1" => SchemaValue.FieldsV1,
        Meta + "Patch" => SchemaValue.AnyOf(fullName),
        _ when fullName.StartsWith(
            "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON", StringComparison.Ordinal)
            && !fullName.EndsWith(".JSONSchemaProps", StringComparison.Ordinal) => SchemaValue.AnyOf(fullName),
        _ => SchemaValue.Reference(fullName, Resolve),
    };

    private SchemaType Resolve(string fullName) => Find(fullName)
        ?? throw new InvalidOperationException($"the schema tables have no type {fullName}");

    private static Dictionary<string, (int Start, int Length)> Index()
    {
        var table = EmbeddedTable.Open("types.tsv");
        var rows = new Dictionary<string, (int Start, int Length)>(800, StringComparer.Ordinal);
        var rest = table;
        ReadOnlySpan<byte> current = default;
        ReadOnlySpan<byte> line = default;
        var start = 0;
        var end = 0;
        while (EmbeddedTable.TryReadLine(ref rest, out line))
        {
            ReadOnlySpan<byte> name = EmbeddedTable.ReadCell(ref line);
            if (!name.SequenceEqual(current))
            {
                Close(rows, current, start, end);
                current = name;
                start = table.Length - rest.Length - (line.Length + name.Length + 2);
            }

            end = table.Length - rest.Length;
        }

        Close(rows, current, start, end);
        rows.Remove("type");
        return rows;

        static void Close(
            Dictionary<string, (int, int)> rows, ReadOnlySpan<byte> name, int start, int end)
        {
            if (name.Length > 0)
            {
                rows[Encoding.UTF8.GetString(name)] = (start, end - start);
            }
        }
    }

    private SchemaType Build(string name, int start, int length)
    {
        var rest = EmbeddedTable.Open("types.tsv").Slice(start, length);
        var fields = new List<SchemaField>();
        var isKind = false;
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            EmbeddedTable.ReadCell(ref line);
            if (line.StartsWith("-\t"u8))
            {
                continue;
            }

            var field = ReadField(line);
            isKind |= field is { JsonName: "kind", ProtoPath.Count: 0 };
            fields.Add(field);
        }

        return new SchemaType(name, fields)
        {
            Kind = isKind ? KindOf(name) : null,
            IsAtomic = AtomicTypes.Contains(name),
        };
    }

    private SchemaField ReadField(ReadOnlySpan<byte> line)
    {
        var jsonName = EmbeddedTable.ReadText(ref line, _strings);
        var numbers = ReadNumbers(EmbeddedTable.ReadCell(ref line));
        var protoType = EmbeddedTable.ReadText(ref line, _strings);
        var value = ReadValue(EmbeddedTable.ReadText(ref line, _strings));
        var required = EmbeddedTable.ReadCell(ref line).Length > 0;
        var strategy = EmbeddedTable.ReadText(ref line, _strings);
        var mergeKey = EmbeddedTable.ReadText(ref line, _strings);
        var listType = EmbeddedTable.ReadText(ref line, _strings);
        var fallback = EmbeddedTable.ReadText(ref line, _strings);
        EmbeddedTable.ReadCell(ref line);
        var go = EmbeddedTable.ReadCell(ref line);
        var keysAt = listType.IndexOf(':', StringComparison.Ordinal);
        return new SchemaField(jsonName, value)
        {
            ProtoPath = numbers,
            ProtoType = protoType,
            Required = required,
            PatchStrategy = strategy,
            PatchMergeKey = mergeKey,
            ListType = keysAt < 0 ? listType : listType[..keysAt],
            ListMapKeys = keysAt < 0 ? [] : listType[(keysAt + 1)..].Split(','),
            Default = fallback.Length == 0 ? null : fallback,
            IsPointer = go.Contains((byte)'*'),
            // An empty list of managers starts them anew; no list leaves them as they are.
            OmitsEmpty = go is [(byte)'?'] && jsonName != "managedFields",
            IsAlwaysPresent = go.Length == 0,
        };
    }

    // "2", or "2.1" for a field of an inlined message.
    private static int[] ReadNumbers(ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
        {
            return [];
        }

        var numbers = new int[cell.Count((byte)'.') + 1];
        var at = 0;
        foreach (var part in cell.Split((byte)'.'))
        {
            numbers[at++] = int.Parse(cell[part], CultureInfo.InvariantCulture);
        }

        return numbers;
    }

    private SchemaValue ReadValue(string jsonType) => jsonType switch
    {
        "string" => SchemaValue.String,
        "integer:int32" => SchemaValue.Of(SchemaKind.Integer32),
        "integer:int64" => SchemaValue.Of(SchemaKind.Integer64),
        "boolean" => SchemaValue.Of(SchemaKind.Boolean),
        "number:double" => SchemaValue.Of(SchemaKind.Number),
        "string:byte" => SchemaValue.Of(SchemaKind.Bytes),
        "any" or "object" => SchemaValue.Any,
        _ when jsonType.StartsWith("[]", StringComparison.Ordinal) => SchemaValue.ListOf(ReadValue(jsonType[2..])),
        _ when jsonType.StartsWith("map[string]", StringComparison.Ordinal) =>
            SchemaValue.MapOf(ReadValue(jsonType["map[string]".Length..])),
        _ => ValueOf(jsonType),
    };

    private static GroupVersionKind? KindOf(string typeName)
    {
        var parts = typeName.Split('.');
        // DeleteOptions and Status are accepted under any group.
        return parts.Length < 4 || typeName.StartsWith(Meta, StringComparison.Ordinal)
            ? null
            : new GroupVersionKind(ResourceCatalog.GroupOf(parts[^3]), parts[^2], parts[^1]);
    }
}
