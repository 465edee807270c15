using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Controllers.Deployments;

/// <summary>Tells pod templates apart: by a short name-safe hash, and exactly.</summary>
internal static class PodTemplateHash
{
    public const string Label = "pod-template-hash";

    /// <summary>No vowels and nothing that reads like one, so that no word appears in a name.</summary>
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Stable for a template and collision count; ten characters at most.</summary>
    public static string Compute(V1PodTemplateSpec template, int? collisionCount)
    {
        var hash = Fnv1A(KubeJson.Serialize(template), 2166136261);
        if (collisionCount is { } count)
        {
            hash = Fnv1A(BitConverter.GetBytes(count), hash);
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(c => SafeAlphabet[c % SafeAlphabet.Length]));
    }

    /// <summary>Whether two templates are the same but for the hash label.</summary>
    public static bool SameTemplate(V1PodTemplateSpec? a, V1PodTemplateSpec? b) =>
        JsonNode.DeepEquals(WithoutHash(a), WithoutHash(b));

    private static JsonObject WithoutHash(V1PodTemplateSpec? template)
    {
        var tree = KubeJson.ToJson(template ?? new V1PodTemplateSpec());
        if (tree["metadata"]?["labels"] is JsonObject labels)
        {
            labels.Remove(Label);
        }

        return tree;
    }

    private static uint Fnv1A(ReadOnlySpan<byte> bytes, uint hash)
    {
        foreach (var b in bytes)
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return hash;
    }
}
