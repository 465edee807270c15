using System.Text;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// A container's environment: envFrom first, then env in order with $(VAR) expansion, then the Service variables
/// that nothing else set.
/// </summary>
internal sealed class EnvironmentBuilder(
    IConfigSource configs, IReadOnlyDictionary<string, ResourceQuantity> allocatable, Action<V1Pod, string, string> warn)
{
    public async Task<List<EnvironmentEntry>> BuildAsync(
        V1Pod pod, V1Container container, PodAddresses addresses, IEnumerable<V1Service> services, CancellationToken ct)
    {
        var links = ServiceEnvironment.For(
            pod.Metadata.Namespace!, pod.Spec?.EnableServiceLinks ?? true, services);
        var linkValues = links.ToDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
        var result = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.EnvFrom ?? [])
        {
            await AddAllAsync(result, pod, source, ct);
        }

        foreach (var variable in container.Env ?? [])
        {
            var value = !string.IsNullOrEmpty(variable.Value)
                ? VariableExpansion.Expand(
                    variable.Value, name => result.GetValueOrDefault(name) ?? linkValues.GetValueOrDefault(name))
                : variable.ValueFrom is { } from
                    ? await ValueFromAsync(pod, container, from, addresses, ct)
                    : "";
            if (value is not null)
            {
                result[variable.Name] = value;
            }
        }

        foreach (var link in links)
        {
            result.TryAdd(link.Name, link.Value);
        }

        return [.. result.Select(p => new EnvironmentEntry(p.Key, p.Value))];
    }

    private async Task AddAllAsync(
        OrderedDictionary<string, string> result, V1Pod pod, V1EnvFromSource source, CancellationToken ct)
    {
        var ns = pod.Metadata.Namespace!;
        IEnumerable<KeyValuePair<string, string>> pairs;
        string kind;
        string name;
        if (source.ConfigMapRef is { } mapRef)
        {
            (kind, name) = ("configMap", mapRef.Name ?? "");
            var map = await configs.ConfigMapAsync(ns, name, ct);
            if (map is null && mapRef.Optional != true)
            {
                throw new ContainerConfigException($"configmap \"{name}\" not found");
            }

            pairs = map?.Data ?? [];
        }
        else if (source.SecretRef is { } secretRef)
        {
            (kind, name) = ("secret", secretRef.Name ?? "");
            var secret = await configs.SecretAsync(ns, name, ct);
            if (secret is null && secretRef.Optional != true)
            {
                throw new ContainerConfigException($"secret \"{name}\" not found");
            }

            pairs = (secret?.Data ?? []).Select(p => KeyValuePair.Create(p.Key, Encoding.UTF8.GetString(p.Value)));
        }
        else
        {
            return;
        }

        var invalid = new List<string>();
        foreach (var (key, value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var variable = source.Prefix + key;
            if (IsVariableName(variable))
            {
                result[variable] = value;
            }
            else
            {
                invalid.Add(variable);
            }
        }

        if (invalid.Count > 0)
        {
            warn(pod, "InvalidEnvironmentVariableNames", $"Keys [{string.Join(", ", invalid)}] from the EnvFrom {kind} "
                + $"{ns}/{name} were skipped since they are considered invalid environment variable names.");
        }
    }

    /// <summary>Null when an optional source is missing: the variable is then left out.</summary>
    private async Task<string?> ValueFromAsync(
        V1Pod pod, V1Container container, V1EnvVarSource from, PodAddresses addresses, CancellationToken ct)
    {
        var ns = pod.Metadata.Namespace!;
        if (from.FieldRef is { } field)
        {
            return PodFields.Value(pod, field.FieldPath, addresses);
        }

        if (from.ResourceFieldRef is { } resource)
        {
            return PodFields.Resource(pod, container, resource, allocatable);
        }

        if (from.ConfigMapKeyRef is { } key)
        {
            var map = await configs.ConfigMapAsync(ns, key.Name ?? "", ct);
            if (map is null)
            {
                return key.Optional == true ? null : throw new ContainerConfigException($"configmap \"{key.Name}\" not found");
            }

            return map.Data?.GetValueOrDefault(key.Key) ?? (key.Optional == true
                ? null
                : throw new ContainerConfigException($"couldn't find key {key.Key} in ConfigMap {ns}/{key.Name}"));
        }

        if (from.SecretKeyRef is { } secretKey)
        {
            var secret = await configs.SecretAsync(ns, secretKey.Name ?? "", ct);
            if (secret is null)
            {
                return secretKey.Optional == true
                    ? null
                    : throw new ContainerConfigException($"secret \"{secretKey.Name}\" not found");
            }

            return secret.Data?.GetValueOrDefault(secretKey.Key) is { } data
                ? Encoding.UTF8.GetString(data)
                : secretKey.Optional == true
                    ? null
                    : throw new ContainerConfigException($"couldn't find key {secretKey.Key} in Secret {ns}/{secretKey.Name}");
        }

        throw new ContainerConfigException("the environment variable's valueFrom names no source that this node knows");
    }

    /// <summary>Printable ASCII without "=" (KEP-4369).</summary>
    private static bool IsVariableName(string name) => name.Length > 0 && name.All(c => c is >= ' ' and <= '~' and not '=');
}
