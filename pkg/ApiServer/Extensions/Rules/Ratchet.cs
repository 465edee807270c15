using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// What a value was before, to tell whether what is wrong with it was wrong already (KEP-4008). Where the old value is
/// not known, the nearest value around it whose is decides.
/// </summary>
/// <param name="Current">The value with its old one; null when that is not known.</param>
/// <param name="Around">The nearest value around it whose old one is known; null for none.</param>
internal readonly record struct Ratchet(ChangedValue? Current, ChangedValue? Around)
{
    /// <summary>Whether the value is what it was.</summary>
    public bool IsUnchanged => (Current ?? Around)?.IsUnchanged ?? false;

    /// <summary>Goes to a member.</summary>
    public Ratchet Member(string name)
    {
        if (Current is null)
        {
            return this;
        }

        // The version and kind of a resource are never seen to change: both objects are in one version.
        return Around is null && name is "apiVersion" or "kind" ? default : new Ratchet(Current.Member(name), Current);
    }

    /// <summary>Goes to an item.</summary>
    public Ratchet Item(int index) => Current is null ? this : new Ratchet(Current.Item(index), Current);

    /// <summary>The same value, where its own old one shall not count.</summary>
    public Ratchet WithoutCurrent => this with { Current = null };
}

/// <summary>A value and its old one.</summary>
internal sealed class ChangedValue(StructuralSchema schema, JsonNode? value, JsonNode? old)
{
    private bool? _isUnchanged;
    private KeyedItems? _oldItems;

    /// <summary>Whether both are the same; compared once.</summary>
    public bool IsUnchanged => _isUnchanged ??= Correlation.AreEqual(schema, value, old);

    /// <summary>A member; null when its old one is not known.</summary>
    public ChangedValue? Member(string name) =>
        schema.MemberOf(name) is { } inner && value is JsonObject map && old is JsonObject before
            ? new ChangedValue(inner, map[name], before[name])
            : null;

    /// <summary>An item; null when its old one is not known.</summary>
    public ChangedValue? Item(int index)
    {
        if (schema.Items is not { } inner || value is not JsonArray list)
        {
            return null;
        }

        _oldItems ??= Correlation.Of(old).ItemsOf(schema);
        return _oldItems?.Find(list[index]) is { } known ? new ChangedValue(inner, list[index], known) : null;
    }
}
