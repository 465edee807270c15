using Kube1.Api.Models;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

/// <summary>The informers of a process: one for each kind and selection, shared by all who ask for it.</summary>
public sealed class InformerSet(KubeClient client, TimeProvider time, ILoggerFactory loggers)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Type, string?, string?, string?), IInformer> _informers = [];
    private readonly List<Task> _running = [];
    private readonly ILogger _logger = loggers.CreateLogger("Kube1.Client.Informers");
    private CancellationToken? _ct;

    /// <summary>The informer of all objects of a kind.</summary>
    public Informer<T> Of<T>()
        where T : class, IKubernetesKind => Of<T>(null, null, null);

    /// <summary>
    /// The informer of the objects in a namespace (null: all) that the selectors match. Starts now if the set runs.
    /// </summary>
    public Informer<T> Of<T>(string? ns, string? labelSelector, string? fieldSelector)
        where T : class, IKubernetesKind
    {
        lock (_lock)
        {
            var key = (typeof(T), ns, labelSelector, fieldSelector);
            if (_informers.TryGetValue(key, out var known))
            {
                return (Informer<T>)known;
            }

            var informer = new Informer<T>(client.Of<T>(), ns, labelSelector, fieldSelector, time, _logger);
            _informers[key] = informer;
            if (_ct is not null)
            {
                StartLocked(informer);
            }

            return informer;
        }
    }

    /// <summary>Runs all informers, also those that are added later, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_ct is not null)
            {
                throw new InvalidOperationException("the informers are running already");
            }

            _ct = ct;
            foreach (var informer in _informers.Values)
            {
                StartLocked(informer);
            }
        }

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (ct.Register(() => stopped.TrySetResult()).ConfigureAwait(false))
        {
            await stopped.Task.ConfigureAwait(false);
        }

        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>Completes once all informers of now have synced.</summary>
    public Task WaitForSyncAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            return Task.WhenAll(_informers.Values.Select(i => i.WaitForSyncAsync(ct)));
        }
    }

    private void StartLocked(IInformer informer)
    {
        var ct = _ct!.Value;
        _running.Add(Task.Run(() => informer.RunAsync(ct), CancellationToken.None));
    }
}
