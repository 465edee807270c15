using System.Text;
using Kube1.Api.FieldSets;
using Kube1.Api.Merging;

namespace Kube1.Api.Schema;

/// <summary>One field of a type: a row of Tables/types.tsv, or a property of a CRD's schema.</summary>
public sealed class SchemaField
{
    /// <summary>Makes a field; <paramref name="jsonName"/> is its name on the wire.</summary>
    public SchemaField(string jsonName, SchemaValue value)
    {
        JsonName = jsonName;
        Value = value;
        Utf8Name = Encoding.UTF8.GetBytes(jsonName);
    }

    /// <summary>A field of a message that is in no table, with its number and its type there.</summary>
    internal static SchemaField OfMessage(
        string jsonName, SchemaValue value, int number, string protoType, bool isPointer = false) =>
        new(jsonName, value) { ProtoPath = [number], ProtoType = protoType, IsPointer = isPointer };

    /// <summary>The name on the wire, "podIP".</summary>
    public string JsonName { get; }

    /// <summary>The shape of its value.</summary>
    public SchemaValue Value { get; }

    /// <summary>What its value is.</summary>
    public SchemaKind Kind => Value.Kind;

    /// <summary>
    /// Its protobuf field number, behind those of the inlined messages that it is in (a Volume's VolumeSource): "2.1".
    /// Empty for fields that protobuf does not have (apiVersion, kind).
    /// </summary>
    public IReadOnlyList<int> ProtoPath { get; init; } = [];

    /// <summary>The type as the .proto file writes it, "repeated Container"; empty for none.</summary>
    public string ProtoType { get; init; } = "";

    /// <summary>Whether the API's definition lists it as required.</summary>
    public bool Required { get; init; }

    /// <summary>"merge", "replace", "retainKeys", "merge,retainKeys" or empty: x-kubernetes-patch-strategy.</summary>
    public string PatchStrategy { get; init; } = "";

    /// <summary>The key that tells a list's items apart in a strategic merge; empty for none.</summary>
    public string PatchMergeKey { get; init; } = "";

    /// <summary>"atomic", "set", "map", "granular" or empty: x-kubernetes-list-type (or map-type).</summary>
    public string ListType { get; init; } = "";

    /// <summary>The keys of a list of type "map".</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>The default as JSON text; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>Whether null is a value of its own (only in CRDs); built-in types drop nulls.</summary>
    public bool Nullable { get; init; }

    /// <summary>
    /// Whether its zero differs from its absence (a pointer upstream): protobuf leaves it out only when it is absent.
    /// </summary>
    public bool IsPointer { get; init; }

    /// <summary>
    /// Whether an empty or zero value is the same as an absent one, and is left out (Go's omitempty).
    /// </summary>
    public bool OmitsEmpty { get; init; }

    /// <summary>
    /// Whether the field is there wherever its object is, with its zero value when nobody set it (Go's plain structs and
    /// fields without omitempty). Stored objects may leave it out all the same. Custom resources have no such fields.
    /// </summary>
    public bool IsAlwaysPresent { get; init; }

    /// <summary>Whether lists are merged item by item in a strategic merge.</summary>
    public bool Merges => PatchStrategy.StartsWith("merge", StringComparison.Ordinal);

    /// <summary>What merging and field ownership make of its value.</summary>
    internal MergeRule Rule => field ??= MergeRule.Of(this);

    /// <summary>The step of a field path that leads to it.</summary>
    internal PathElement Element => field ??= PathElement.OfField(JsonName);

    /// <summary>Where it stands among the fields of its type.</summary>
    internal int Index { get; set; }

    /// <summary>The name on the wire as bytes, for look-ups that make no string.</summary>
    internal byte[] Utf8Name { get; }
}
