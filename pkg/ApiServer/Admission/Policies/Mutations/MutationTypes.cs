using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// The types that expressions of mutations can make beside those of the policy: <c>Object</c>, <c>Object.spec</c> and so on
/// with any fields, and <c>JSONPatch</c> (k8s.io/apiserver/pkg/cel/mutation).
/// </summary>
internal sealed class MutationTypes(CelTypeProvider others) : CelTypeProvider
{
    private const string ObjectName = "Object";
    private const string JsonPatchName = "JSONPatch";

    /// <summary>What an ApplyConfiguration's expression must give.</summary>
    public static CelType Object { get; } = CelType.Object(ObjectName);

    /// <summary>What the elements of a JSONPatch's expression must be.</summary>
    public static CelType JsonPatch { get; } = CelType.Object(JsonPatchName);

    /// <inheritdoc/>
    public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
    {
        if (name == JsonPatchName || IsObject(name))
        {
            type = CelType.Object(name);
            return true;
        }

        return others.TryFindType(name, out type);
    }

    /// <inheritdoc/>
    public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        if (IsObject(typeName))
        {
            type = CelType.Dyn;
            return true;
        }

        if (typeName != JsonPatchName)
        {
            return others.TryFindField(typeName, field, out type);
        }

        type = field switch
        {
            "op" or "path" or "from" => CelType.String,
            "value" => CelType.Dyn,
            _ => null,
        };
        return type is not null;
    }

    /// <inheritdoc/>
    public override CelValue NewObject(string typeName, IReadOnlyList<KeyValuePair<string, CelValue>> fields)
    {
        if (IsObject(typeName))
        {
            return CelValue.Of(new PatchObject(CelType.Object(typeName), fields));
        }

        if (typeName != JsonPatchName)
        {
            return others.NewObject(typeName, fields);
        }

        // A field that is given something of type dyn is only now known to be no text.
        foreach (var (name, value) in fields)
        {
            if (name != "value" && value.Kind != CelKind.String)
            {
                return CelValue.Error($"unexpected type {GoNameOf(value)} for JSONPatchType '{name}' field");
            }
        }

        return CelValue.Of(new PatchObject(JsonPatch, fields));
    }

    private static bool IsObject(string name) =>
        name == ObjectName || name.StartsWith(ObjectName + ".", StringComparison.Ordinal);

    private static string GoNameOf(in CelValue value) => value.Kind switch
    {
        CelKind.Int => "int64",
        CelKind.Uint => "uint64",
        CelKind.Double => "float64",
        CelKind.Null => "structpb.NullValue",
        CelKind.Bytes => "[]uint8",
        CelKind.List => "[]interface {}",
        CelKind.Map => "map[string]interface {}",
        CelKind.Timestamp => "time.Time",
        CelKind.Duration => "time.Duration",
        _ => value.Type.Name,
    };
}
