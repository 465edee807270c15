using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// Whether a write would change nothing but the times in managedFields: such a write does not happen, or every no-op
/// apply would make a new revision (k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager equality.go).
/// </summary>
internal static class SameButOwnersTimes
{
    /// <summary>
    /// Compares a new object with the stored one; resourceVersions do not count, nor do the top-level fields in
    /// <paramref name="but"/>.
    /// </summary>
    public static bool AreEqual(JsonObject obj, JsonObject old, params ReadOnlySpan<string> but) =>
        ContentIsEqual(obj, old, but) && OwnersAreEqual(
        obj["metadata"]?["managedFields"] as JsonArray, old["metadata"]?["managedFields"] as JsonArray);

    /// <summary>The same without a look at managedFields.</summary>
    public static bool ContentIsEqual(JsonObject obj, JsonObject old, params ReadOnlySpan<string> but) =>
        obj["metadata"] is JsonObject meta && old["metadata"] is JsonObject before
        && meta.EqualsBut(before, "managedFields", "resourceVersion")
        && obj.EqualsBut(old, ["metadata", .. but]);

    private static bool OwnersAreEqual(JsonArray? owners, JsonArray? before)
    {
        if (owners?.Count != before?.Count)
        {
            return false;
        }

        for (var i = 0; i < owners?.Count; i++)
        {
            if (!owners[i]!.AsObject().EqualsBut(before![i]!.AsObject(), "time"))
            {
                return false;
            }
        }

        return true;
    }
}
