using Kube1.Api.Models;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Join;

/// <summary>
/// Keeps an agent's copy of the cluster's settings current, for the next start. What runs with the old ones goes on with
/// them: pods have addresses of the old ranges.
/// </summary>
public sealed partial class SharedSettingsFollower : IController
{
    private readonly SharedSettings _inForce;
    private readonly string _path;
    private readonly Informer<V1ConfigMap> _map;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly ILogger _logger;

    /// <summary><paramref name="path"/> is where the copy is; <paramref name="informers"/> are run by the caller.</summary>
    public SharedSettingsFollower(
        SharedSettings inForce, string path, InformerSet informers, TimeProvider time, ILogger<SharedSettingsFollower> logger)
    {
        _inForce = inForce;
        _path = path;
        _logger = logger;
        _queue = new WorkQueue<ObjectKey>(time);
        _loop = new ControllerLoop<ObjectKey>(Name, _queue, SyncAsync, 1, time, logger);
        _map = informers.Of<V1ConfigMap>(SharedSettings.Namespace, null, "metadata.name=" + SharedSettings.Name);
        _map.AddHandler(m => _queue.Add(ObjectKey.Of(m)), (_, m) => _queue.Add(ObjectKey.Of(m)), null);
    }

    /// <inheritdoc/>
    public string Name => "shared-settings";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        await _map.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_map.Get(key.Namespace, key.Name) is { } map && SharedSettings.Read(map) is var published
            && published != SharedSettings.Load(_path))
        {
            published.Save(_path);
            if (published != _inForce)
            {
                LogChanged(published);
            }
        }

        return Task.FromResult(SyncResult.Done);
    }

    [LoggerMessage(LogLevel.Warning, "The cluster's settings are now {Settings}: restart `kube1 agent` to take them up")]
    private partial void LogChanged(SharedSettings settings);
}
