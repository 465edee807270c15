using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>The entries of an object's metadata.managedFields, one an identity.</summary>
internal sealed class FieldOwners
{
    /// <summary>More entries of updates than this are merged, oldest first; upstream's bound.</summary>
    private const int MaxUpdaters = 10;

    private const string MergedUpdaters = "ancient-changes";

    private readonly Dictionary<string, FieldOwner> _owners = new(StringComparer.Ordinal);

    /// <summary>How many.</summary>
    public int Count => _owners.Count;

    /// <summary>All, in the order in which error texts list them.</summary>
    public IReadOnlyList<FieldOwner> All => [.. _owners.Values.OrderBy(o => o.Identity, StringComparer.Ordinal)];

    /// <summary>Reads metadata.managedFields; empty when they make no sense, which stored ones always do.</summary>
    public static FieldOwners Read(JsonNode? managedFields) =>
        TryRead(managedFields, verify: false, out var owners) ? owners : new FieldOwners();

    /// <summary>Reads what a client sent; false when it makes no sense.</summary>
    public static bool TryReadSent(JsonNode? managedFields, [NotNullWhen(true)] out FieldOwners? owners) =>
        TryRead(managedFields, verify: true, out owners);

    /// <summary>The entry of an identity; null when there is none.</summary>
    public FieldOwner? Find(string identity) => _owners.GetValueOrDefault(identity);

    /// <summary>Adds an entry in place of one of the same identity.</summary>
    public void Set(FieldOwner owner) => _owners[owner.Identity] = owner;

    /// <summary>Takes an entry out.</summary>
    public void Remove(FieldOwner owner) => _owners.Remove(owner.Identity);

    /// <summary>As stored: appliers first, then by time, name, version and subresource; null for no entries.</summary>
    public JsonArray? ToJson() => _owners.Count == 0 ? null : new JsonArray([.. _owners.Values
        .OrderBy(o => o.IsApplied ? 0 : 1)
        .ThenBy(SecondsOf)
        .ThenBy(o => o.Manager, StringComparer.Ordinal)
        .ThenBy(o => o.ApiVersion, StringComparer.Ordinal)
        .ThenBy(o => o.Subresource, StringComparer.Ordinal)
        .Select(o => (JsonNode)o.ToJson())]);

    /// <summary>Merges the oldest entries of updates while there are too many, one entry a version.</summary>
    public void Cap()
    {
        var updaters = _owners.Values.Where(o => !o.IsApplied)
            .OrderBy(SecondsOf).ThenBy(o => o.Identity, StringComparer.Ordinal).ToList();
        var firsts = new Dictionary<string, FieldOwner>(StringComparer.Ordinal);
        var left = updaters.Count;
        foreach (var owner in updaters)
        {
            if (left <= MaxUpdaters)
            {
                return;
            }

            if (!firsts.TryGetValue(owner.ApiVersion, out var first))
            {
                firsts[owner.ApiVersion] = owner;
                continue;
            }

            var identity = FieldOwner.IdentityOf(MergedUpdaters, isApplied: false, owner.ApiVersion, "");
            if (Find(identity) is not { } bucket)
            {
                bucket = new FieldOwner(MergedUpdaters, isApplied: false, owner.ApiVersion, "", first.Set);
                Remove(first);
                Set(bucket);
            }

            Remove(owner);
            bucket.Set = bucket.Set.Union(owner.Set);
            bucket.Time = owner.Time;
            left--;
        }
    }

    private static bool TryRead(JsonNode? managedFields, bool verify, [NotNullWhen(true)] out FieldOwners? owners)
    {
        owners = null;
        var read = new FieldOwners();
        foreach (var node in managedFields as JsonArray ?? [])
        {
            if (FieldOwner.Read(node, verify) is not { } owner)
            {
                return false;
            }

            read.Set(owner);
        }

        owners = read;
        return true;
    }

    private static long SecondsOf(FieldOwner owner) => owner.Time?.ToUnixTimeSeconds() ?? 0;
}
