using System.Collections.Concurrent;
using System.Threading.Channels;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Runtime;
using Kube1.Kubelet.Status;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>The workers of all pods of the node, by uid, fed from the API and from the runtime.</summary>
internal sealed partial class PodWorkerSet(KubeletOptions options, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly Channel<PodWorker> _started = Channel.CreateUnbounded<PodWorker>();
    private readonly Lock _gate = new();

    /// <summary>Pods that came while the worker of their uid was still cleaning up: they begin when it is done.</summary>
    private readonly Dictionary<string, V1Pod> _heirs = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _observed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set once, before anything is fed: services need the set's admission, and the set needs services.</summary>
    public PodServices? Services { get; set; }

    public IEnumerable<PodWorker> All => _workers.Values;

    public PodWorker? Find(string uid) => _workers.GetValueOrDefault(uid);

    /// <summary>The pod that has the name now; one that is gone and being cleaned up only when there is no other.</summary>
    public PodWorker? Find(string ns, string name) => _workers.Values
        .Where(w => w.Pod is { } pod && pod.Metadata.Namespace == ns && pod.Metadata.Name == name)
        .OrderBy(w => w.IsRemoved)
        .FirstOrDefault();

    public PodWorker? FindByContainer(string containerId) => _workers.Values.FirstOrDefault(w => w.Knows(containerId));

    public void Put(V1Pod pod)
    {
        lock (_gate)
        {
            if (_workers.TryGetValue(pod.Metadata.Uid!, out var worker))
            {
                if (worker.IsRemoved)
                {
                    _heirs[pod.Metadata.Uid!] = pod;
                }
                else
                {
                    worker.Update(pod);
                }

                return;
            }

            // A pod of the same name that was replaced while the watch was down is gone.
            Find(pod.Metadata.Namespace!, pod.Metadata.Name!)?.Removed();
            Add(new PodWorker(Services!, IdentityOf(pod), pod));
        }
    }

    public void Remove(V1Pod pod)
    {
        lock (_gate)
        {
            _heirs.Remove(pod.Metadata.Uid!);
            Find(pod.Metadata.Uid!)?.Removed();
        }
    }

    /// <summary>
    /// Hands the runtime's lists to the workers. What belongs to no worker belonged to a pod that was deleted while
    /// kube1 was down: a worker without a pod cleans it away.
    /// </summary>
    public void Observe(IReadOnlyList<SandboxSummary> sandboxes, IReadOnlyList<ContainerSummary> containers)
    {
        var bySandbox = sandboxes.Where(s => s.Metadata.Uid.Length > 0 && s.Labels.ContainsKey(PodKeys.PodUid))
            .ToLookup(s => s.Metadata.Uid, StringComparer.Ordinal);
        var byContainer = containers.Where(c => c.Labels.ContainsKey(PodKeys.PodUid))
            .ToLookup(c => c.Labels[PodKeys.PodUid], StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var group in bySandbox.Where(g => !_workers.ContainsKey(g.Key)))
            {
                var meta = group.First().Metadata;
                Add(new PodWorker(Services!, new PodIdentity(meta.Uid, meta.Namespace, meta.Name), null));
            }
        }

        foreach (var worker in _workers.Values)
        {
            worker.Observe(bySandbox[worker.Uid], byContainer[worker.Uid]);
        }

        _observed.TrySetResult();
    }

    /// <summary>Completes when the runtime's lists were seen once.</summary>
    public Task Observed => _observed.Task;

    /// <summary>Whether the pod fits besides those that the node has.</summary>
    public PodFailure? Admit(V1Pod pod, V1Node? node) => PodAdmission.Judge(
        pod,
        [.. _workers.Values.Where(w => w.IsActive && w.Uid != pod.Metadata.Uid).Select(w => w.Pod).OfType<V1Pod>()],
        node,
        options.NodeName);

    public async Task RunAsync(CancellationToken ct)
    {
        // A worker that does not know yet what runs would start it a second time.
        await _observed.Task.WaitAsync(ct);
        var running = new List<Task>();
        try
        {
            await foreach (var worker in _started.Reader.ReadAllAsync(ct))
            {
                running.RemoveAll(t => t.IsCompleted);
                running.Add(RunWorkerAsync(worker, ct));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private static PodIdentity IdentityOf(V1Pod pod) =>
        new(pod.Metadata.Uid!, pod.Metadata.Namespace!, pod.Metadata.Name!);

    private void Add(PodWorker worker)
    {
        _workers[worker.Uid] = worker;
        _started.Writer.TryWrite(worker);
    }

    private async Task RunWorkerAsync(PodWorker worker, CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            await worker.RunAsync(ct);
            lock (_gate)
            {
                _workers.TryRemove(worker.Uid, out _);
                if (_heirs.Remove(worker.Uid, out var pod))
                {
                    Add(new PodWorker(Services!, IdentityOf(pod), pod));
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The node stops; containers go on.
        }
        catch (Exception e)
        {
            LogWorkerFailed(worker.Uid, e);
            lock (_gate)
            {
                _workers.TryRemove(worker.Uid, out _);
                var heir = new PodWorker(Services!, worker.Identity, worker.Pod);
                heir.Inherit(worker.State);
                if (worker.IsRemoved)
                {
                    heir.Removed();
                }

                Add(heir);
            }
        }
        finally
        {
            await worker.DisposeAsync();
        }
    }
}
