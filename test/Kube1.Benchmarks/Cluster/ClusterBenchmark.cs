using System.Net;
using System.Runtime.InteropServices;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cmd;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Testing;
using Kube1.Testing.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Benchmarks.Cluster;

/// <summary>
/// The published program as a user meets it: started in a fresh data directory, asked for its marks, left idle, put
/// under load, and uninstalled. The load comes from this process, on the same cores.
/// </summary>
internal static class ClusterBenchmark
{
    private const int Starts = 5;
    private const int ObjectSizeBytes = 600;
    private const int SequentialCreates = 1_000;
    private const int ConcurrentClients = 32;
    private const int ListedObjects = 5_000;
    private const int Lists = 20;
    private const int Watchers = 100;
    private const int FannedOutEvents = 200;
    private const int Pods = 20;
    private const int Replicas = 50;

    /// <summary>What a start leaves to do, such as compiling hot methods again, is no part of being idle.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    /// <summary>Several times what all of it takes; whatever hangs must not hang for ever.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        if (Environment.UserName != "root")
        {
            throw new InvalidOperationException("containers need root: run `sudo ./build.sh bench cluster`");
        }

        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var figures = new FigureTable();
        await using var server = await StartAsync(figures, both.Token);
        using var client = KubeClientFactory.FromKubeconfig(server.Kubeconfig);
        var layout = new DataLayout(server.DataDirectory);
        using var runtime = new CriPodRuntime(
            RuntimeEndpoint.Parse("unix://" + ContainerdOptions.SocketIn(layout.Containerd)),
            NullLoggerFactory.Instance, TimeProvider.System);
        var pods = new PodLoad(client, runtime, InstanceRecord.Read(layout.InstanceFile)!.Instance, layout.PodLogs);
        try
        {
            await MeasureIdleAsync(figures, server, client, pods, both.Token);
            await MeasureApiAsync(figures, client, both.Token);
            await MeasurePodsAsync(figures, pods, both.Token);
            figures.Add("resident right after that", Megabytes(ProcessSample.Take(server.Id).ResidentBytes));
        }
        catch
        {
            await output.WriteLineAsync(server.Log);
            throw;
        }

        await output.WriteLineAsync(await MachineAsync(runtime, both.Token));
        await figures.PrintAsync(output);
    }

    /// <summary>Several clusters one after the other for the medians; the last one stays for what follows.</summary>
    private static async Task<ServerProcess> StartAsync(FigureTable figures, CancellationToken cancellationToken)
    {
        var (answering, ready, running) = (new Timings(), new Timings(), new Timings());
        for (var i = 1; ; i++)
        {
            var server = await ServerProcess.PrepareAsync(
                [], ("busybox.tar", file => TestImages.WriteBusyBox(file, PodLoad.Image)));
            try
            {
                var marks = await StartUp.MeasureAsync(server, cancellationToken);
                answering.Add(marks.Answering);
                ready.Add(marks.NodeReady);
                running.Add(marks.PodRunning);
                if (i == Starts)
                {
                    figures.Add("process start to /readyz", $"{answering.Median / 1000:0.00} s");
                    figures.AddBelow("process start to node Ready", ready.Median / 1000, 2, "s");
                    figures.AddBelow("process start to first pod Running", running.Median / 1000, 3, "s");
                    return server;
                }
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }

            await server.DisposeAsync();
        }
    }

    private static async Task MeasureIdleAsync(
        FigureTable figures, ServerProcess server, KubeClient client, PodLoad pods, CancellationToken cancellationToken)
    {
        var first = await client.Of<V1Pod>().GetAsync(PodLoad.Namespace, StartUp.PodName, cancellationToken);
        await pods.DeleteAsync(first!, cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var containerd = int.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(new DataLayout(server.DataDirectory).Containerd, "containerd.pid"), cancellationToken),
            System.Globalization.CultureInfo.InvariantCulture);
        var (ours, its) = (ProcessSample.Take(server.Id), ProcessSample.Take(containerd));
        await Task.Delay(Idle, TimeProvider.System, cancellationToken);
        (ours, its) = (ProcessSample.Take(server.Id) - ours, ProcessSample.Take(containerd) - its);
        figures.AddBelow("resident when idle, server with agent", ours.ResidentBytes / 1e6, 200, "MB", "0");
        figures.AddBelow("CPU when idle, of one core", ours.Cpu / Idle * 100, 1, "%");
        figures.Add("written to disk when idle", $"{ours.WrittenBytes / 1024 / Idle.TotalMinutes:0} KiB/min");
        figures.Add(
            "the same of containerd",
            $"{Megabytes(its.ResidentBytes)}, {its.Cpu / Idle * 100:0.00} %, "
            + $"{its.WrittenBytes / 1024 / Idle.TotalMinutes:0} KiB/min");
    }

    private static async Task MeasureApiAsync(
        FigureTable figures, KubeClient client, CancellationToken cancellationToken)
    {
        var load = new ApiLoad(client.SendAsync, HttpVersion.Version11, ObjectSizeBytes);
        await load.CreateManyAsync("warm", 200, cancellationToken);
        var sequential = await load.CreateManyAsync("seq", SequentialCreates, cancellationToken);
        figures.Add("sequential create p50, p99", $"{sequential.At(0.5):0.0}, {sequential.At(0.99):0.0} ms");
        var (_, perSecond) = await load.CreateConcurrentlyAsync(
            "c", ConcurrentClients, (ListedObjects - SequentialCreates) / ConcurrentClients, cancellationToken);
        figures.Add($"creates by {ConcurrentClients} clients", $"{perSecond:0} /s");
        await load.ReadManyAsync(ApiLoad.ConfigMaps, 3, cancellationToken);
        var lists = await load.ReadManyAsync(ApiLoad.ConfigMaps, Lists, cancellationToken);
        figures.Add($"LIST of {ListedObjects} ConfigMaps p50", $"{lists.Median:0.0} ms");
        var fanOut = await load.FanOutAsync(Watchers, FannedOutEvents, cancellationToken);
        figures.Add($"create to {Watchers} watchers p50, p99", $"{fanOut.At(0.5):0.0}, {fanOut.At(0.99):0.0} ms");
    }

    private static async Task MeasurePodsAsync(FigureTable figures, PodLoad pods, CancellationToken cancellationToken)
    {
        var (ours, raw) = await pods.StartInTurnsAsync(Pods, cancellationToken);
        figures.Add($"pod create to Running p50 of {Pods}", $"{ours.Median:0} ms");
        figures.Add("the runtime's own time for it", $"{raw.Median:0} ms");
        figures.AddBelow("what Kube1 adds", ours.Median - raw.Median, 50, "ms", "0");
        var (deployment, many) = await pods.RollOutAsync(Replicas, cancellationToken);
        figures.Add($"Deployment of {Replicas} replicas to all Ready", $"{deployment.TotalSeconds:0.0} s");
        figures.Add("the runtime's own time for as many at once", $"{many.TotalSeconds:0.0} s");
    }

    private static async Task<string> MachineAsync(IPodRuntime runtime, CancellationToken cancellationToken)
    {
        var version = await runtime.VersionAsync(cancellationToken);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30);
        return $"Cluster: {Environment.ProcessorCount} cores, {memory} GiB, {RuntimeInformation.OSDescription}, "
            + $"{version.RuntimeName} {version.Version}; medians";
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:0} MB";
}
