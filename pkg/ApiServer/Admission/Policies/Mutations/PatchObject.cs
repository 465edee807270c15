using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>
/// The value of <c>Object.spec{replicas: 3}</c> or <c>JSONPatch{op: "add"}</c>: the fields that were given, in their order
/// (ObjectVal of k8s.io/apiserver/pkg/cel/mutation/dynamic).
/// </summary>
internal sealed class PatchObject(CelType type, IReadOnlyList<KeyValuePair<string, CelValue>> fields) : CelObject
{
    /// <inheritdoc/>
    public override CelType Type => type;

    /// <summary>The fields.</summary>
    public IReadOnlyList<KeyValuePair<string, CelValue>> Fields => fields;

    /// <inheritdoc/>
    public override bool IsZero => fields.Count == 0;

    /// <summary>A field's value; null when it was not given.</summary>
    public override bool TryGetField(string name, [MaybeNullWhen(false)] out CelValue value)
    {
        value = Find(name) ?? CelValue.Null;
        return true;
    }

    /// <inheritdoc/>
    public override bool HasField(string name) => Find(name) is not null;

    /// <inheritdoc/>
    public override bool EqualTo(CelObject other) => other is PatchObject patch && patch.Type.Equals(type)
        && patch.Fields.Count == fields.Count
        && fields.All(f => patch.Find(f.Key) is { } theirs && CelEquality.AreEqual(f.Value, theirs));

    /// <inheritdoc/>
    public override int GetValueHash() => HashCode.Combine(type, fields.Count);

    /// <summary>A field's value; no value when it was not given.</summary>
    public CelValue? Find(string name)
    {
        foreach (var (field, value) in fields)
        {
            if (field == name)
            {
                return value;
            }
        }

        return null;
    }
}
