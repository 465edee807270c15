using System.Text;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;

namespace Kube1.Kubelet.Volumes;

/// <summary>The files of configMap, secret, downwardAPI and projected volumes.</summary>
internal sealed class VolumePayload(
    IConfigSource configs, IServiceAccountTokens tokens, IReadOnlyDictionary<string, ResourceQuantity> allocatable)
{
    private const int DefaultMode = 0x1A4; // 0644

    /// <summary>A token is for its owner alone; a group gets in through fsGroup.</summary>
    private const UnixFileMode TokenMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task<Dictionary<string, VolumeFile>> BuildAsync(
        V1Pod pod, V1Volume volume, PodAddresses addresses, CancellationToken ct)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        var ns = pod.Metadata.Namespace!;
        if (volume.ConfigMap is { } map)
        {
            await AddConfigMapAsync(files, volume.Name, ns, map.Name, map.Items, map.DefaultMode, map.Optional, ct);
        }
        else if (volume.Secret is { } secret)
        {
            await AddSecretAsync(files, volume.Name, ns, secret.SecretName, secret.Items, secret.DefaultMode, secret.Optional, ct);
        }
        else if (volume.DownwardAPI is { } downward)
        {
            AddDownward(files, pod, downward.Items, downward.DefaultMode, addresses);
        }

        foreach (var source in volume.Projected?.Sources ?? [])
        {
            var mode = volume.Projected!.DefaultMode;
            if (source.ConfigMap is { } m)
            {
                await AddConfigMapAsync(files, volume.Name, ns, m.Name, m.Items, mode, m.Optional, ct);
            }
            else if (source.Secret is { } s)
            {
                await AddSecretAsync(files, volume.Name, ns, s.Name, s.Items, mode, s.Optional, ct);
            }
            else if (source.DownwardAPI is { } d)
            {
                AddDownward(files, pod, d.Items, mode, addresses);
            }
            else if (source.ServiceAccountToken is { } t)
            {
                var token = await tokens.GetAsync(pod, t.Audience, t.ExpirationSeconds ?? 3600, ct);
                var shared = CommonUser(pod) is not null || pod.Spec!.SecurityContext?.FsGroup is not null;
                files[t.Path] = new VolumeFile(
                    Encoding.UTF8.GetBytes(token), shared ? TokenMode : Mode(mode), (int)(CommonUser(pod) ?? -1));
            }
            else
            {
                throw new VolumeException(volume.Name, "the projected source is of a kind that this node does not serve");
            }
        }

        return files;
    }

    /// <summary>The user that all containers share, if they do: tokens are made theirs.</summary>
    private static long? CommonUser(V1Pod pod)
    {
        var users = (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers)
            .Select(c => c.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser)
            .Distinct()
            .ToList();
        return users.Count == 1 ? users[0] : null;
    }

    private async Task AddConfigMapAsync(
        Dictionary<string, VolumeFile> files, string volume, string ns, string? name, List<V1KeyToPath>? items, int? mode,
        bool? optional, CancellationToken ct)
    {
        var map = await configs.ConfigMapAsync(ns, name ?? "", ct);
        if (map is null)
        {
            if (optional != true)
            {
                throw new VolumeException(volume, $"configmap \"{name}\" not found");
            }

            return;
        }

        var data = (map.Data ?? []).Select(p => KeyValuePair.Create(p.Key, Encoding.UTF8.GetBytes(p.Value)))
            .Concat(map.BinaryData ?? [])
            .ToDictionary(StringComparer.Ordinal);
        AddItems(files, volume, data, items, mode, optional, "configmap");
    }

    private async Task AddSecretAsync(
        Dictionary<string, VolumeFile> files, string volume, string ns, string? name, List<V1KeyToPath>? items, int? mode,
        bool? optional, CancellationToken ct)
    {
        var secret = await configs.SecretAsync(ns, name ?? "", ct);
        if (secret is null)
        {
            if (optional != true)
            {
                throw new VolumeException(volume, $"secret \"{name}\" not found");
            }

            return;
        }

        AddItems(files, volume, secret.Data ?? [], items, mode, optional, "secret");
    }

    private static void AddItems(
        Dictionary<string, VolumeFile> files, string volume, Dictionary<string, byte[]> data, List<V1KeyToPath>? items,
        int? mode, bool? optional, string kind)
    {
        if (items is not { Count: > 0 })
        {
            foreach (var (key, value) in data)
            {
                files[key] = new VolumeFile(value, Mode(mode));
            }

            return;
        }

        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value))
            {
                files[item.Path] = new VolumeFile(value, Mode(item.Mode ?? mode));
            }
            else if (optional != true)
            {
                var what = kind == "secret"
                    ? "references non-existent secret key"
                    : "configmap references non-existent config key";
                throw new VolumeException(volume, $"{what}: {item.Key}");
            }
        }
    }

    private void AddDownward(
        Dictionary<string, VolumeFile> files, V1Pod pod, List<V1DownwardAPIVolumeFile>? items, int? mode,
        PodAddresses addresses)
    {
        foreach (var item in items ?? [])
        {
            var text = item.FieldRef is { } field
                ? PodFields.Value(pod, field.FieldPath, addresses)
                : item.ResourceFieldRef is { } resource
                    ? PodFields.Resource(pod, pod.Spec!.Containers[0], resource, allocatable)
                    : "";
            files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(text), Mode(item.Mode ?? mode));
        }
    }

    private static UnixFileMode Mode(int? mode) => (UnixFileMode)((mode ?? DefaultMode) & 0x1FF);
}

/// <summary>Tokens of a pod's ServiceAccount, bound to the pod.</summary>
internal interface IServiceAccountTokens
{
    Task<string> GetAsync(V1Pod pod, string? audience, long expirationSeconds, CancellationToken ct);

    /// <summary>When the first of the pod's tokens is due for renewal; null when it has none.</summary>
    DateTimeOffset? RenewalOf(string podUid);

    void Forget(string podUid);
}
