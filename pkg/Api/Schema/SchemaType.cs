using System.Numerics;
using System.Text;
using Kube1.Api.Protobuf;

namespace Kube1.Api.Schema;

/// <summary>
/// A type of object: its fields, found by name without making strings. Built-in types come from
/// <see cref="SchemaCatalog"/>; a CRD's structural schema makes the same.
/// </summary>
public sealed class SchemaType
{
    private const int MaxStackNameBytes = 256;

    private readonly SchemaField[] _fields;
    private readonly int[] _slots;
    private readonly int _mask;
    private ProtobufLayout? _protobuf;

    /// <summary>Makes a type. Field names must be distinct.</summary>
    public SchemaType(string name, IEnumerable<SchemaField> fields)
    {
        Name = name;
        _fields = [.. fields];
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _fields.Length * 2));
        _mask = size - 1;
        _slots = new int[size];
        Array.Fill(_slots, -1);
        for (var i = 0; i < _fields.Length; i++)
        {
            _fields[i].Index = i;
            var slot = Hash(_fields[i].Utf8Name) & _mask;
            while (_slots[slot] >= 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = i;
        }

        AlwaysPresent = [.. _fields.Where(f => f.IsAlwaysPresent)];
    }

    /// <summary>The full name: "io.k8s.api.apps.v1.Deployment".</summary>
    public string Name { get; }

    /// <summary>The name without its package: "Deployment".</summary>
    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>
    /// The kind of top-level objects of this type; null for parts of objects and where any group will do.
    /// </summary>
    public GroupVersionKind? Kind { get; init; }

    /// <summary>The fields, in the order of the table.</summary>
    public IReadOnlyList<SchemaField> Fields => _fields;

    /// <summary>Whether objects of this type are changed and owned as one value (x-kubernetes-map-type: atomic).</summary>
    public bool IsAtomic { get; init; }

    /// <summary>The fields that are never absent where an object of this type is there.</summary>
    internal SchemaField[] AlwaysPresent { get; }

    /// <summary>Whether unknown fields are kept (x-kubernetes-preserve-unknown-fields).</summary>
    public bool PreservesUnknownFields { get; init; }

    /// <summary>
    /// Whether merging takes unknown fields as they are though decoding drops them: below a schema that preserves its own.
    /// </summary>
    public bool MergesUnknownFields { get; init; }

    /// <summary>The shape of values under unknown names (additionalProperties); null for none.</summary>
    public SchemaValue? AdditionalProperties { get; init; }

    /// <summary>Its fields by their protobuf numbers.</summary>
    internal ProtobufLayout Protobuf => _protobuf ??= ProtobufLayout.Of(this);

    /// <summary>The field of this name; null when there is none.</summary>
    public SchemaField? Find(ReadOnlySpan<byte> utf8Name)
    {
        var slot = Hash(utf8Name) & _mask;
        while (_slots[slot] is >= 0 and var index)
        {
            if (utf8Name.SequenceEqual(_fields[index].Utf8Name))
            {
                return _fields[index];
            }

            slot = (slot + 1) & _mask;
        }

        return null;
    }

    /// <summary>The field of this name; null when there is none.</summary>
    public SchemaField? Find(ReadOnlySpan<char> name)
    {
        // No field name comes near the bound: whatever is longer is unknown.
        Span<byte> utf8 = stackalloc byte[MaxStackNameBytes];
        return Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? Find(utf8[..length]) : FindLong(name);
    }

    /// <summary>The field of this name; null when there is none.</summary>
    public SchemaField? Find(string name) => Find(name.AsSpan());

    /// <inheritdoc/>
    public override string ToString() => Name;

    private SchemaField? FindLong(ReadOnlySpan<char> name) => Find(Encoding.UTF8.GetBytes(name.ToString()).AsSpan());

    // Length, ends and middle tell nearly all field names of a type apart.
    private static int Hash(ReadOnlySpan<byte> name) => name.Length == 0
        ? 0
        : (name.Length * 31) ^ (name[0] * 7) ^ (name[^1] * 131) ^ (name[name.Length / 2] * 1031);
}
