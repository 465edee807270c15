using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.VolumeProtection;

/// <summary>
/// Keeps a PersistentVolumeClaim that is deleted until no pod on a node uses it.
/// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
/// </summary>
internal sealed class ClaimProtectionController : IController
{
    private const string PodsOfClaim = "pods-of-claim";

    private readonly KubeClient _client;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly Informer<V1Pod> _pods;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;

    public ClaimProtectionController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _queue = new WorkQueue<ObjectKey>(context.Time);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, context.Settings.ConcurrentSyncs, context.Time,
            context.Loggers.CreateLogger<ClaimProtectionController>());
        _claims = context.Informers.Of<V1PersistentVolumeClaim>();
        _claims.AddHandler(Enqueue, (_, claim) => Enqueue(claim), null);
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddIndex(PodsOfClaim, pod => ClaimsOf(pod).Select(name => pod.Metadata.Namespace + "/" + name));
        _pods.AddHandler(null, OnPod, EnqueueClaimsOf);
    }

    public string Name => "pvc-protection-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(_claims.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_claims.Get(key.Namespace, key.Name) is not { } claim)
        {
            return SyncResult.Done;
        }

        if (ProtectionFinalizer.IsAwaited(claim, ProtectionFinalizer.OfClaims))
        {
            if (!await IsUsedAsync(claim, ct).ConfigureAwait(false))
            {
                await _client.Of<V1PersistentVolumeClaim>()
                    .UpdateAsync(ProtectionFinalizer.Without(claim, ProtectionFinalizer.OfClaims), ct)
                    .ConfigureAwait(false);
            }
        }
        else if (ProtectionFinalizer.IsMissing(claim, ProtectionFinalizer.OfClaims))
        {
            await _client.Of<V1PersistentVolumeClaim>()
                .UpdateAsync(ProtectionFinalizer.With(claim, ProtectionFinalizer.OfClaims), ct).ConfigureAwait(false);
        }

        return SyncResult.Done;
    }

    // The cache may be behind: "nobody" must come from the server itself, or a volume could be taken from under a pod.
    private async Task<bool> IsUsedAsync(V1PersistentVolumeClaim claim, CancellationToken ct)
    {
        if (_pods.ByIndex(PodsOfClaim, claim.Metadata.Namespace + "/" + claim.Metadata.Name).Any(p => Uses(p, claim)))
        {
            return true;
        }

        var pods = await _client.Of<V1Pod>().ListAsync(claim.Metadata.Namespace, null, ct).ConfigureAwait(false);
        return pods.Items.Any(p => Uses(p, claim));
    }

    // A pod that has no node yet will not start with a claim that is going away.
    private static bool Uses(V1Pod pod, V1PersistentVolumeClaim claim)
    {
        if (string.IsNullOrEmpty(pod.Spec?.NodeName))
        {
            return false;
        }

        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            var isNamed = volume.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name;
            var isOwn = volume.Ephemeral is not null && !IsShutDown(pod)
                && EphemeralClaim(pod, volume) == claim.Metadata.Name
                && claim.Metadata.OwnerReferences?.Exists(o => o.Controller == true && o.Uid == pod.Metadata.Uid) == true;
            if (isNamed || isOwn)
            {
                return true;
            }
        }

        return false;
    }

    // The kubelet is done with it, and only finalizers hold it: waiting for its own claim, each would wait for the other.
    private static bool IsShutDown(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null && pod.Metadata.DeletionGracePeriodSeconds == 0;

    private static string EphemeralClaim(V1Pod pod, V1Volume volume) => pod.Metadata.Name + "-" + volume.Name;

    private static IEnumerable<string> ClaimsOf(V1Pod pod)
    {
        foreach (var volume in pod.Spec?.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } named)
            {
                yield return named.ClaimName;
            }
            else if (volume.Ephemeral is not null)
            {
                yield return EphemeralClaim(pod, volume);
            }
        }
    }

    private void Enqueue(V1PersistentVolumeClaim claim)
    {
        if (ProtectionFinalizer.IsAwaited(claim, ProtectionFinalizer.OfClaims)
            || ProtectionFinalizer.IsMissing(claim, ProtectionFinalizer.OfClaims))
        {
            _queue.Add(ObjectKey.Of(claim));
        }
    }

    // A name may have been taken again between two events, so the old pod's claims are asked about as well.
    private void OnPod(V1Pod old, V1Pod now)
    {
        if (old.Metadata.Uid != now.Metadata.Uid)
        {
            EnqueueClaimsOf(old);
        }

        if (PodIsDone(now))
        {
            EnqueueClaimsOf(now);
        }
    }

    private static bool PodIsDone(V1Pod pod) =>
        string.IsNullOrEmpty(pod.Spec?.NodeName) || IsShutDown(pod) || Pods.PodState.IsTerminal(pod);

    private void EnqueueClaimsOf(V1Pod pod)
    {
        foreach (var name in ClaimsOf(pod))
        {
            _queue.Add(new ObjectKey(pod.Metadata.Namespace!, name));
        }
    }
}
