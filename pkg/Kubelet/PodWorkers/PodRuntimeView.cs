using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// The runtime's picture of one pod, kept by id: what the worker made itself and what lists of the runtime showed. A
/// refresh asks only about what can still change, so that it costs a few calls however many pods the node has.
/// </summary>
internal sealed class PodRuntimeView(IPodRuntime runtime, string uid)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SandboxStatus?> _sandboxes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string SandboxId, ContainerStatus? Status)> _containers = new(StringComparer.Ordinal);
    private PodRuntimeState _state = PodRuntimeState.Empty;
    private bool _uncertain;

    public PodRuntimeState State => Volatile.Read(ref _state);

    public bool Knows(string id)
    {
        lock (_gate)
        {
            return _containers.ContainsKey(id) || _sandboxes.ContainsKey(id);
        }
    }

    public void AddSandbox(string id)
    {
        lock (_gate)
        {
            _sandboxes.TryAdd(id, null);
        }
    }

    public void AddContainer(string id, string sandboxId)
    {
        lock (_gate)
        {
            _containers.TryAdd(id, (sandboxId, null));
        }
    }

    /// <summary>
    /// A call that makes something was broken off: whether it was made, and under which id, only a list can tell.
    /// </summary>
    public void MarkUncertain() => Volatile.Write(ref _uncertain, true);

    /// <summary>True when the lists show something that this view does not.</summary>
    public bool Observe(IEnumerable<SandboxSummary> sandboxes, IEnumerable<ContainerSummary> containers)
    {
        var news = false;
        lock (_gate)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var sandbox in sandboxes)
            {
                seen.Add(sandbox.Id);
                news |= !_sandboxes.TryGetValue(sandbox.Id, out var known) || known?.State != sandbox.State;
                _sandboxes.TryAdd(sandbox.Id, null);
            }

            foreach (var container in containers)
            {
                seen.Add(container.Id);
                news |= !_containers.TryGetValue(container.Id, out var known) || known.Status?.State != container.State;
                _containers.TryAdd(container.Id, (container.SandboxId, null));
            }

            // What a refresh last saw and the list no longer has was removed behind our back.
            foreach (var id in _sandboxes.Where(p => p.Value is not null).Select(p => p.Key)
                .Concat(_containers.Where(p => p.Value.Status is not null).Select(p => p.Key)).ToList())
            {
                if (!seen.Contains(id))
                {
                    news = true;
                    if (_containers.TryGetValue(id, out var gone))
                    {
                        // Ended ones are not asked about: without their status, the next refresh drops them.
                        _containers[id] = (gone.SandboxId, null);
                    }
                    else
                    {
                        _sandboxes[id] = null;
                    }
                }
            }
        }

        return news;
    }

    public async Task RefreshAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _uncertain))
        {
            var madeContainers = await runtime.ListContainersAsync(ct);
            var madeSandboxes = await runtime.ListSandboxesAsync(ct);
            Volatile.Write(ref _uncertain, false);
            Observe(
                madeSandboxes.Where(s => s.Metadata.Uid == uid),
                madeContainers.Where(c => c.Labels.GetValueOrDefault(PodKeys.PodUid) == uid));
        }

        List<string> sandboxes;
        List<string> containers;
        lock (_gate)
        {
            sandboxes = [.. _sandboxes.Where(p => p.Value is not { State: SandboxState.NotReady }).Select(p => p.Key)];
            containers = [.. _containers.Where(p => p.Value.Status is not { State: ContainerState.Exited }).Select(p => p.Key)];
        }

        var sandboxCalls = sandboxes.Select(id => runtime.SandboxStatusAsync(id, ct)).ToList();
        var containerCalls = containers.Select(id => runtime.ContainerStatusAsync(id, ct)).ToList();
        var sandboxResults = await Task.WhenAll(sandboxCalls);
        var containerResults = await Task.WhenAll(containerCalls);
        lock (_gate)
        {
            for (var i = 0; i < sandboxes.Count; i++)
            {
                if (sandboxResults[i] is { } status)
                {
                    _sandboxes[sandboxes[i]] = status;
                }
                else
                {
                    _sandboxes.Remove(sandboxes[i]);
                }
            }

            for (var i = 0; i < containers.Count; i++)
            {
                if (containerResults[i] is { } status && _containers.TryGetValue(containers[i], out var known))
                {
                    _containers[containers[i]] = (known.SandboxId, status);
                }
                else
                {
                    _containers.Remove(containers[i]);
                }
            }

            Volatile.Write(ref _state, Picture());
        }
    }

    /// <summary>Forgets what was removed from the runtime.</summary>
    public void Forget(string id)
    {
        lock (_gate)
        {
            _containers.Remove(id);
            _sandboxes.Remove(id);
            Volatile.Write(ref _state, Picture());
        }
    }

    private PodRuntimeState Picture() => new(
        [.. _sandboxes.Values.OfType<SandboxStatus>()
            .OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Metadata.Attempt)],
        [.. _containers.Values.Where(c => c.Status is not null)
            .Select(c => new PodContainer(c.SandboxId, c.Status!))
            .OrderByDescending(c => c.Status.CreatedAt).ThenByDescending(c => c.Status.Metadata.Attempt)]);
}
