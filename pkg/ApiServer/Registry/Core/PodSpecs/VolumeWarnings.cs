using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Volumes of pods whose drivers are gone, and files that two sources would write.</summary>
internal static class VolumeWarnings
{
    private static readonly (string Field, string Shown, string Message)[] Gone =
    [
        ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
        ("gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
        ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
        ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
        ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
        ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ];

    /// <summary>Of a spec's volumes; <paramref name="path"/> is the list's.</summary>
    public static void Add(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        foreach (var (volume, at) in spec.Items("volumes").Indexed(path))
        {
            AddGone(volume, at, warnings);
            if (volume.At("ephemeral.volumeClaimTemplate.spec") is JsonObject claim)
            {
                ClaimRules.AddWarnings(claim, at.Child("ephemeral", "volumeClaimTemplate", "spec"), warnings);
            }
        }

        AddSharedPaths(spec, path, warnings);
    }

    /// <summary>Of a volume, or of a PersistentVolume's spec.</summary>
    public static void AddGone(JsonObject? owner, FieldPath path, List<string> warnings)
    {
        foreach (var (field, shown, message) in Gone)
        {
            if (owner?[field] is not null)
            {
                warnings.Add($"{path.Child(shown)}: {message}");
            }
        }
    }

    private static void AddSharedPaths(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        var tokens = spec.Items("volumes").SelectMany(volume => volume.Child("projected").Items("sources"))
            .Select(source => source.Child("serviceAccountToken")).OfType<JsonObject>().Select(token => token.Text("path"))
            .ToHashSet(StringComparer.Ordinal);
        if (tokens.Count == 0)
        {
            return;
        }

        foreach (var (volume, item) in spec.Items("volumes").Indexed(path))
        {
            var at = item.Child("projected", "sources");
            foreach (var source in volume.Child("projected").Items("sources"))
            {
                AddFiles(source.Child("configMap"), at.Child("configMap"), tokens, warnings);
                AddFiles(source.Child("secret"), at.Child("secrets"), tokens, warnings);
                AddFiles(source.Child("downwardAPI"), at.Child("downwardAPI"), tokens, warnings);
                if (source.Text("clusterTrustBundle.path") is { Length: > 0 } bundle && tokens.Contains(bundle))
                {
                    warnings.Add(Shared(at.Child("ClusterTrustBundle"), bundle));
                }
            }
        }
    }

    private static void AddFiles(JsonObject? source, FieldPath path, HashSet<string> tokens, List<string> warnings)
    {
        foreach (var (file, at) in source.Items("items").Indexed(path))
        {
            if (file.Text("path") is var name && tokens.Contains(name))
            {
                warnings.Add(Shared(at, name));
            }
        }
    }

    private static string Shared(FieldPath path, string file) =>
        $"{path}: has duplicated path with ServiceAccountToken \"{file}\"";
}
