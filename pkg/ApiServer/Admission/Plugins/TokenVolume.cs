using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>The volume with a pod's token, the cluster's CA and the pod's namespace, where client libraries look for them.</summary>
internal static class TokenVolume
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>An hour and a little: the kubelet renews at 80 %, and the number tells default tokens apart.</summary>
    private const int ExpirationSeconds = 3607;

    /// <summary>Mounts it into every container that mounts nothing there.</summary>
    public static void Mount(JsonObject spec)
    {
        var volume = Items(spec["volumes"]).Select(v => (string?)v["name"] ?? "")
            .FirstOrDefault(n => n.StartsWith(VolumePrefix, StringComparison.Ordinal));
        var name = volume ?? VolumePrefix + RandomNumberGenerator.GetString(NameAlphabet, 5);
        var mounted = false;
        foreach (var container in Items(spec["initContainers"]).Concat(Items(spec["containers"])))
        {
            if (Items(container["volumeMounts"]).All(m => (string?)m["mountPath"] != MountPath))
            {
                mounted = true;
                List(container, "volumeMounts").Add((JsonNode)new JsonObject
                {
                    ["name"] = name,
                    ["readOnly"] = true,
                    ["mountPath"] = MountPath,
                });
            }
        }

        if (mounted && volume is null)
        {
            List(spec, "volumes").Add((JsonNode)Volume(name));
        }
    }

    private static JsonObject Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject
                {
                    ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = ExpirationSeconds, ["path"] = "token" },
                },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
            ["defaultMode"] = 420,
        },
    };

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    private static JsonArray List(JsonObject owner, string name)
    {
        if (owner[name] is not JsonArray list)
        {
            owner[name] = list = [];
        }

        return list;
    }
}
