using System.Diagnostics;
using System.Net;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Testing.Processes;

namespace Kube1.Benchmarks.Cluster;

/// <summary>From the start of the process to the marks that a user waits for.</summary>
internal sealed record StartUp(TimeSpan Answering, TimeSpan NodeReady, TimeSpan PodRunning)
{
    public const string PodName = "first";

    /// <summary>Short beside what is measured, long enough to leave the machine to the server.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>Starts a prepared server; the pod of the last mark stays.</summary>
    public static async Task<StartUp> MeasureAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        server.Start();
        using var client = await UntilAsync(
            server, () => Task.FromResult(Connect(server.Kubeconfig)), cancellationToken);
        var answering = MarkAsync(UntilAsync(server, () => IsReadyAsync(client, cancellationToken), cancellationToken));
        var node = MarkAsync(UntilAsync(
            server, async () => await client.UntilAsync<V1Node>(null, IsReady, cancellationToken),
            cancellationToken));
        var pod = MarkAsync(RunFirstPodAsync(server, client, cancellationToken));
        var marks = await Task.WhenAll(answering, node, pod);
        return new StartUp(marks[0], marks[1], marks[2]);

        async Task<TimeSpan> MarkAsync(Task done)
        {
            await done;
            return Stopwatch.GetElapsedTime(began);
        }
    }

    /// <summary>A client, once the server has written how to reach it; it listens a moment later.</summary>
    private static KubeClient? Connect(string kubeconfig) =>
        File.Exists(kubeconfig) ? KubeClientFactory.FromKubeconfig(kubeconfig) : null;

    private static async Task<string?> IsReadyAsync(KubeClient client, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "readyz");
        using var response = await client.SendAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK ? "ok" : null;
    }

    private static bool IsReady(V1Node node) =>
        node.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>The pod is refused until its namespace and its service account are there.</summary>
    private static async Task RunFirstPodAsync(
        ServerProcess server, KubeClient client, CancellationToken cancellationToken)
    {
        var pod = PodLoad.Pod(PodName);
        await UntilAsync(
            server, async () => await client.Of<V1Pod>().CreateAsync(pod, cancellationToken),
            cancellationToken);
        await client.UntilAsync<V1Pod>(
            PodLoad.Namespace, p => p.Metadata.Name == PodName && p.Status?.Phase == "Running", cancellationToken);
    }

    private static async Task<T> UntilAsync<T>(
        ServerProcess server, Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            try
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception e) when (e is HttpRequestException or ApiException or KubeconfigException)
            {
                if (server.HasExited)
                {
                    throw new InvalidOperationException($"kube1 server has ended:\n{server.Log}", e);
                }
            }

            await Task.Delay(AskAgainAfter, TimeProvider.System, cancellationToken);
        }
    }
}
