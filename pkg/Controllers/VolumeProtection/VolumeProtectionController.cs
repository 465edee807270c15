using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.VolumeProtection;

/// <summary>
/// Keeps a PersistentVolume that is deleted until no claim is bound to it.
/// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
/// </summary>
internal sealed class VolumeProtectionController : IController
{
    private readonly KubeClient _client;
    private readonly Informer<V1PersistentVolume> _volumes;
    private readonly WorkQueue<string> _queue;
    private readonly ControllerLoop<string> _loop;

    public VolumeProtectionController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _queue = new WorkQueue<string>(context.Time);
        _loop = new ControllerLoop<string>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<VolumeProtectionController>());
        _volumes = context.Informers.Of<V1PersistentVolume>();
        _volumes.AddHandler(Enqueue, (_, volume) => Enqueue(volume), null);
    }

    public string Name => "pv-protection-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await _volumes.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(string name, CancellationToken ct)
    {
        if (_volumes.Get(null, name) is not { } volume)
        {
            return SyncResult.Done;
        }

        if (ProtectionFinalizer.IsAwaited(volume, ProtectionFinalizer.OfVolumes) && volume.Status?.Phase != "Bound")
        {
            await _client.Of<V1PersistentVolume>()
                .UpdateAsync(ProtectionFinalizer.Without(volume, ProtectionFinalizer.OfVolumes), ct).ConfigureAwait(false);
        }
        else if (ProtectionFinalizer.IsMissing(volume, ProtectionFinalizer.OfVolumes))
        {
            await _client.Of<V1PersistentVolume>()
                .UpdateAsync(ProtectionFinalizer.With(volume, ProtectionFinalizer.OfVolumes), ct).ConfigureAwait(false);
        }

        return SyncResult.Done;
    }

    private void Enqueue(V1PersistentVolume volume)
    {
        if (ProtectionFinalizer.IsAwaited(volume, ProtectionFinalizer.OfVolumes)
            || ProtectionFinalizer.IsMissing(volume, ProtectionFinalizer.OfVolumes))
        {
            _queue.Add(volume.Metadata.Name!);
        }
    }
}
