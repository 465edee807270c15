using System.Text.Json.Nodes;
using Kube1.Api;

namespace Kube1.ApiServer.Registry;

/// <summary>Owner references that stand twice: they are dropped, and the client is told.</summary>
internal static class RepeatedOwners
{
    /// <summary>
    /// Drops each reference that equals an earlier one; references to one object that differ in anything stay. Clients are
    /// told whether it was they or admission that repeated them, as far as that is known.
    /// </summary>
    public static void Drop(JsonObject obj, bool isAdmitted, Action<string> warn)
    {
        if (ObjectMetadata.Of(obj).OwnerReferences is not { Count: > 1 } owners)
        {
            return;
        }

        var repeated = new List<string>();
        for (var i = 1; i < owners.Count; i++)
        {
            if (owners.Take(i).Any(earlier => JsonNode.DeepEquals(earlier, owners[i])))
            {
                repeated.Add((string?)owners[i]?["uid"] ?? "");
                owners.RemoveAt(i--);
            }
        }

        if (repeated.Count > 0)
        {
            warn(
                $".metadata.ownerReferences contains duplicate entries{(isAdmitted ? " after mutating admission happens" : "")}; "
                + "API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix "
                + $"your requests; duplicate UID(s) observed: {string.Join(", ", repeated)}");
        }
    }
}
