using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Holds a pod to the Secrets that its ServiceAccount lists, when the account asks for it by annotation.
/// Source: https://kubernetes.io/docs/concepts/security/service-accounts/#enforce-mountable-secrets
/// </summary>
internal static class SecretReferences
{
    private const string Annotation = "kubernetes.io/enforce-mountable-secrets";

    /// <summary>The kinds of volume whose source names a Secret in a reference of its own.</summary>
    private static readonly (string Volume, string Reference)[] VolumeReferences =
    [
        ("cephfs", "secretRef"), ("cinder", "secretRef"), ("flexVolume", "secretRef"), ("iscsi", "secretRef"),
        ("rbd", "secretRef"), ("scaleIO", "secretRef"), ("storageos", "secretRef"), ("csi", "nodePublishSecretRef"),
    ];

    /// <summary>Whether the account asks for it; what Go reads as true counts.</summary>
    public static bool AreLimited(V1ServiceAccount account) =>
        account.Metadata.Annotations?.GetValueOrDefault(Annotation) is "1" or "t" or "T" or "true" or "TRUE" or "True";

    /// <summary>Why a pod may not have what it names; null when it may.</summary>
    public static string? Refused(V1ServiceAccount account, JsonObject spec)
    {
        var secrets = (account.Secrets ?? []).Select(s => s.Name ?? "").ToHashSet(StringComparer.Ordinal);
        var name = account.Metadata.Name!;
        foreach (var volume in Items(spec["volumes"]))
        {
            if (volume["secret"] is JsonObject source && (string?)source["secretName"] is var secret
                && !secrets.Contains(secret ?? ""))
            {
                return $"volume with secret.secretName=\"{secret}\" is not allowed because service account {name} does not "
                    + "reference that secret";
            }
        }

        return OfContainers("init container", spec["initContainers"], secrets, name)
            ?? OfContainers("container", spec["containers"], secrets, name)
            ?? OfPulls(account, spec);
    }

    /// <summary>The same for containers that are added to a running pod.</summary>
    public static string? RefusedEphemeral(V1ServiceAccount account, JsonObject spec) => OfContainers(
        "ephemeral container", spec["ephemeralContainers"],
        (account.Secrets ?? []).Select(s => s.Name ?? "").ToHashSet(StringComparer.Ordinal), account.Metadata.Name!);

    /// <summary>Whether a pod names any Secret at all.</summary>
    public static bool Any(JsonObject spec) => Items(spec["imagePullSecrets"]).Any()
        || new[] { "initContainers", "containers", "ephemeralContainers" }.SelectMany(l => Items(spec[l])).Any(HasReference)
        || Items(spec["volumes"]).Any(IsReference);

    private static string? OfContainers(string kind, JsonNode? containers, HashSet<string> secrets, string account)
    {
        foreach (var container in Items(containers))
        {
            foreach (var variable in Items(container["env"]))
            {
                if (variable["valueFrom"]?["secretKeyRef"] is JsonObject reference && !IsListed(reference))
                {
                    return $"{kind} {container["name"]} with envVar {variable["name"]} referencing "
                        + NotAllowed(reference);
                }
            }

            foreach (var source in Items(container["envFrom"]))
            {
                if (source["secretRef"] is JsonObject reference && !IsListed(reference))
                {
                    return $"{kind} {container["name"]} with envFrom referencing {NotAllowed(reference)}";
                }
            }
        }

        return null;

        bool IsListed(JsonObject reference) => secrets.Contains((string?)reference["name"] ?? "");

        string NotAllowed(JsonObject reference) =>
            $"secret.secretName=\"{reference["name"]}\" is not allowed because service account {account} does not reference "
            + "that secret";
    }

    private static string? OfPulls(V1ServiceAccount account, JsonObject spec)
    {
        var pulls = (account.ImagePullSecrets ?? []).Select(s => s.Name ?? "").ToHashSet(StringComparer.Ordinal);
        var index = 0;
        foreach (var reference in Items(spec["imagePullSecrets"]))
        {
            if (!pulls.Contains((string?)reference["name"] ?? ""))
            {
                return $"imagePullSecrets[{index}].name=\"{reference["name"]}\" is not allowed because service account "
                    + $"{account.Metadata.Name} does not reference that imagePullSecret";
            }

            index++;
        }

        return null;
    }

    private static bool HasReference(JsonObject container) =>
        Items(container["envFrom"]).Any(s => s["secretRef"] is not null)
        || Items(container["env"]).Any(v => v["valueFrom"]?["secretKeyRef"] is not null);

    private static bool IsReference(JsonObject volume) => volume["secret"] is not null
        || volume["azureFile"]?["secretName"] is not null
        || Items(volume["projected"]?["sources"]).Any(s => s["secret"] is not null)
        || VolumeReferences.Any(r => volume[r.Volume]?[r.Reference] is not null);

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();
}
