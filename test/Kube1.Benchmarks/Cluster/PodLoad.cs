using System.Diagnostics;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Kubelet.Runtime;

namespace Kube1.Benchmarks.Cluster;

/// <summary>
/// Pods through the cluster, beside the three calls that the runtime needs for each, made at the same containerd in
/// turns: what else the machine does is the same for both.
/// </summary>
internal sealed class PodLoad(KubeClient client, IPodRuntime runtime, string instance, string logs)
{
    public const string Namespace = "default";
    public const string Image = "busybox:v1";

    // Ends at once when asked to, so that the next pod finds an idle machine.
    private static readonly List<string> Command = ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"];

    private readonly List<(string Sandbox, string Container)> _raw = [];

    public static V1Pod Pod(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = Spec(),
    };

    /// <summary>A pod and the raw calls for one in turns, one at a time; how long each takes until it runs.</summary>
    public async Task<(Timings Pods, Timings Raw)> StartInTurnsAsync(int count, CancellationToken cancellationToken)
    {
        var (pods, raw) = (new Timings(), new Timings());
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var pod = await RunAsync($"pod-{i}", cancellationToken);
            pods.Add(began);
            await DeleteAsync(pod, cancellationToken);
            began = Stopwatch.GetTimestamp();
            await StartRawAsync($"raw-{i}", cancellationToken);
            raw.Add(began);
            await RemoveRawAsync(cancellationToken);
        }

        return (pods, raw);
    }

    /// <summary>A Deployment until each replica is Ready, beside as many raw starts at once.</summary>
    public async Task<(TimeSpan Deployment, TimeSpan Raw)> RollOutAsync(
        int replicas, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, replicas).Select(i => StartRawAsync($"many-{i}", cancellationToken)));
        var raw = Stopwatch.GetElapsedTime(began);
        await RemoveRawAsync(cancellationToken);

        const string name = "fifty";
        var labels = new Dictionary<string, string> { ["app"] = name };
        var deployment = new V1Deployment
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
            Spec = new V1DeploymentSpec
            {
                Replicas = replicas,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = Spec() },
            },
        };
        began = Stopwatch.GetTimestamp();
        await client.Of<V1Deployment>().CreateAsync(deployment, cancellationToken);
        await client.UntilAsync<V1Deployment>(
            Namespace, d => d.Metadata.Name == name && d.Status?.ReadyReplicas == replicas, cancellationToken);
        return (Stopwatch.GetElapsedTime(began), raw);
    }

    /// <summary>Deletes a pod and waits until nothing of it is left.</summary>
    public async Task DeleteAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        await client.Of<V1Pod>().DeleteAsync(Namespace, pod.Metadata.Name!, null, cancellationToken);
        await client.UntilDeletedAsync<V1Pod>(
            Namespace, pod.Metadata.Name!, pod.Metadata.ResourceVersion, cancellationToken);
    }

    /// <summary>Removes what was started at the runtime directly.</summary>
    public async Task RemoveRawAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_raw.Select(async made =>
        {
            await runtime.StopContainerAsync(made.Container, TimeSpan.Zero, cancellationToken);
            await runtime.StopSandboxAsync(made.Sandbox, cancellationToken);
            await runtime.RemoveSandboxAsync(made.Sandbox, cancellationToken);
        }));
        _raw.Clear();
    }

    private async Task<V1Pod> RunAsync(string name, CancellationToken cancellationToken)
    {
        // The watch stands first: connecting it is no part of the pod's start.
        var running = client.UntilAsync<V1Pod>(
            Namespace, p => p.Metadata.Name == name && p.Status?.Phase == "Running", cancellationToken);
        await client.Of<V1Pod>().CreateAsync(Pod(name), cancellationToken);
        return await running;
    }

    private async Task StartRawAsync(string name, CancellationToken cancellationToken)
    {
        var sandbox = new SandboxConfig
        {
            Metadata = new SandboxMetadata(name, name, Namespace, 0),
            Hostname = name,
            LogDirectory = Path.Combine(logs, name),
            // Below the cluster's own cgroup, so that uninstalling removes it.
            CgroupParent = $"/{instance}/kubepods/besteffort/{name}",
        };
        var container = new ContainerConfig
        {
            Metadata = new ContainerMetadata("main", 0),
            Image = Image,
            Command = Command,
            LogPath = "main.log",
        };
        Directory.CreateDirectory(sandbox.LogDirectory);
        var id = await runtime.RunSandboxAsync(sandbox, "", cancellationToken);
        var made = await runtime.CreateContainerAsync(id, container, sandbox, cancellationToken);
        await runtime.StartContainerAsync(made, cancellationToken);
        lock (_raw)
        {
            _raw.Add((id, made));
        }
    }

    private static V1PodSpec Spec() => new()
    {
        Containers = [new V1Container { Name = "main", Image = Image, Command = Command }],
    };
}
