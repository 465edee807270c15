using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Views;

/// <summary>
/// events.k8s.io/v1 Events, which are core/v1 Events under other names (KEP-383; k8s.io/kubernetes/pkg/apis/events/v1
/// conversion).
/// </summary>
internal sealed class EventView : ObjectView
{
    private static readonly (string Stored, string Viewed)[] Names =
    [
        ("involvedObject", "regarding"),
        ("source", "deprecatedSource"),
        ("message", "note"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    /// <inheritdoc/>
    public override void ToView(JsonObject obj)
    {
        foreach (var (stored, viewed) in Names)
        {
            Rename(obj, stored, viewed);
        }
    }

    /// <inheritdoc/>
    public override void ToStored(JsonObject obj)
    {
        foreach (var (stored, viewed) in Names)
        {
            Rename(obj, viewed, stored);
        }

        // Required there, optional here.
        obj.TryAdd("involvedObject", new JsonObject());
    }

    /// <inheritdoc/>
    public override string? StoredField(string path)
    {
        const string regarding = "regarding.";
        return path switch
        {
            "reportingController" => "reportingComponent",
            "reason" or "type" or "metadata.name" or "metadata.namespace" => path,
            _ when path.StartsWith(regarding, StringComparison.Ordinal) => "involvedObject." + path[regarding.Length..],
            _ => null,
        };
    }

    // In place, so that members keep their order.
    private static void Rename(JsonObject obj, string from, string to)
    {
        var index = obj.IndexOf(from);
        if (index < 0)
        {
            return;
        }

        var value = obj[index];
        obj.RemoveAt(index);
        obj.Remove(to);
        obj.Insert(Math.Min(index, obj.Count), to, value);
    }
}
