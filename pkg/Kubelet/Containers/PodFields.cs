using System.Globalization;
using System.Text;
using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// What fieldRef and resourceFieldRef resolve to.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
/// </summary>
internal static class PodFields
{
    /// <summary>The text of a field of the pod. Throws <see cref="ContainerConfigException"/> when there is no such field.</summary>
    public static string Value(V1Pod pod, string path, PodAddresses addresses)
    {
        if (Subscript(path, "metadata.annotations") is { } annotation)
        {
            return pod.Metadata.Annotations?.GetValueOrDefault(annotation) ?? "";
        }

        if (Subscript(path, "metadata.labels") is { } label)
        {
            return pod.Metadata.Labels?.GetValueOrDefault(label) ?? "";
        }

        return path switch
        {
            "metadata.name" => pod.Metadata.Name ?? "",
            "metadata.namespace" => pod.Metadata.Namespace ?? "",
            "metadata.uid" => pod.Metadata.Uid ?? "",
            "metadata.labels" => Map(pod.Metadata.Labels),
            "metadata.annotations" => Map(pod.Metadata.Annotations),
            "spec.nodeName" => pod.Spec?.NodeName ?? "",
            "spec.serviceAccountName" => pod.Spec?.ServiceAccountName ?? "",
            "status.hostIP" => addresses.HostIPs.Count > 0 ? addresses.HostIPs[0] : "",
            "status.hostIPs" => string.Join(',', addresses.HostIPs),
            "status.podIP" => addresses.PodIPs.Count > 0 ? addresses.PodIPs[0] : "",
            "status.podIPs" => string.Join(',', addresses.PodIPs),
            _ => throw new ContainerConfigException($"unsupported fieldPath: {path}"),
        };
    }

    /// <summary>A container's request or limit, divided and rounded up; without a limit the node's allocatable counts.</summary>
    public static string Resource(
        V1Pod pod, V1Container self, V1ResourceFieldSelector selector, IReadOnlyDictionary<string, ResourceQuantity> allocatable)
    {
        var container = string.IsNullOrEmpty(selector.ContainerName)
            ? self
            : (pod.Spec?.Containers ?? []).Concat(pod.Spec?.InitContainers ?? [])
                .FirstOrDefault(c => c.Name == selector.ContainerName)
              ?? throw new ContainerConfigException($"container {selector.ContainerName} not found");
        var (kind, name) = selector.Resource.IndexOf('.', StringComparison.Ordinal) is var dot && dot > 0
            ? (selector.Resource[..dot], selector.Resource[(dot + 1)..])
            : throw new ContainerConfigException($"unsupported container resource : {selector.Resource}");
        var limits = container.Resources?.Limits;
        var requests = container.Resources?.Requests;
        ResourceQuantity? amount = kind switch
        {
            "limits" when limits is not null && limits.TryGetValue(name, out var limit) => limit,
            "limits" when allocatable.TryGetValue(name, out var all) => all,
            "requests" when requests is not null && requests.TryGetValue(name, out var request) => request,
            "requests" when limits is not null && limits.TryGetValue(name, out var limit) => limit,
            "limits" or "requests" => null,
            _ => throw new ContainerConfigException($"unsupported container resource : {selector.Resource}"),
        };
        var divisor = selector.Divisor is { Value: > 0 } d ? d.Value : 1m;
        return decimal.Ceiling((amount?.Value ?? 0m) / divisor).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>One line a pair, sorted, values quoted as Go quotes them.</summary>
    private static string Map(Dictionary<string, string>? map)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in (map ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(key).Append('=').Append(Quote(value));
        }

        return text.ToString();
    }

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\x7f' => text.Append($"\\x{(int)c:x2}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static string? Subscript(string path, string field) =>
        path.Length > field.Length + 4 && path.StartsWith(field + "['", StringComparison.Ordinal)
        && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(field.Length + 2)..^2]
            : null;
}

/// <summary>Addresses that a pod has now: its node's and its own.</summary>
internal sealed record PodAddresses(IReadOnlyList<string> HostIPs, IReadOnlyList<string> PodIPs);
