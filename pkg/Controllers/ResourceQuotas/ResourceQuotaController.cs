using System.Collections.Concurrent;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Quotas;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ResourceQuotas;

/// <summary>
/// Keeps the status of ResourceQuotas true: hard is what the spec says, used what there is. The API server charges what it
/// lets in; this credits what goes away, and puts right what was charged and never came to be.
/// Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
/// </summary>
internal sealed class ResourceQuotaController : IController
{
    /// <summary>Upstream's --concurrent-resource-quota-syncs.</summary>
    private const int Workers = 5;

    /// <summary>Upstream's --resource-quota-sync-period.</summary>
    private static readonly TimeSpan ResyncPeriod = TimeSpan.FromMinutes(5);

    /// <summary>
    /// An object is charged before it is stored and seen here. A count that is lower than what was charged just now would
    /// give the same room away twice, so it waits until this long after the last charge.
    /// </summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// What was charged may never come to be: another refusal, or a name that is taken. So a quota is counted again this
    /// long after a charge, and not more often however much is charged.
    /// </summary>
    private static readonly TimeSpan RecountDelay = TimeSpan.FromSeconds(2);

    private readonly KubeClient _client;
    private readonly Informer<V1ResourceQuota> _quotas;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1PersistentVolumeClaim> _claims;
    private readonly CountedResources _counted;
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _lastCharge = new();
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly TimeProvider _time;

    public ResourceQuotaController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _time = context.Time;
        var logger = context.Loggers.CreateLogger<ResourceQuotaController>();
        _queue = new WorkQueue<ObjectKey>(_time);
        _loop = new ControllerLoop<ObjectKey>(Name, _queue, SyncAsync, Workers, _time, logger);
        _quotas = context.Informers.Of<V1ResourceQuota>();
        _counted = new CountedResources(
            _client, () => _quotas.List().SelectMany(QuotaUsageCalculator.Counted), OnCounted, _time, logger);
        _quotas.AddHandler(q => _queue.Add(ObjectKey.Of(q)), OnQuota, q => _lastCharge.TryRemove(ObjectKey.Of(q), out _));
        _pods = Follow<V1Pod>(context, "pods");
        _services = Follow<V1Service>(context, "services");
        _claims = Follow<V1PersistentVolumeClaim>(context, "persistentvolumeclaims");
    }

    public string Name => "resourcequota-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(
            _quotas.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct), _services.WaitForSyncAsync(ct),
            _claims.WaitForSyncAsync(ct)).ConfigureAwait(false);
        await Task.WhenAll(_counted.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_quotas.Get(key.Namespace, key.Name) is not { } quota)
        {
            return SyncResult.Done;
        }

        var now = _time.GetUtcNow();
        var hard = quota.Spec?.Hard ?? [];
        var before = quota.Status?.Used ?? [];
        var used = QuotaUsageCalculator.Used(quota, r => ObjectsOf(r, key.Namespace), _counted.Find, now);
        var wait = _lastCharge.TryGetValue(key, out var charged) ? charged + SettleTime - now : TimeSpan.Zero;
        var isSettling = wait > TimeSpan.Zero && used.Any(u => before.TryGetValue(u.Key, out var b) && u.Value < b);
        if (isSettling)
        {
            ResourceSums.RaiseTo(used, ResourceSums.Mask(before, used.ContainsKey));
        }

        if (!ResourceSums.AreEqual(hard, quota.Status?.Hard) || !ResourceSums.AreEqual(used, before))
        {
            var changed = KubeJson.Clone(quota);
            changed.Status = new V1ResourceQuotaStatus { Hard = hard, Used = used };
            await _client.Of<V1ResourceQuota>().UpdateStatusAsync(changed, ct).ConfigureAwait(false);
        }

        return SyncResult.RequeueAfter(isSettling ? wait : ResyncPeriod);
    }

    private IEnumerable<object>? ObjectsOf(GroupResource resource, string ns) => resource.Group.Length > 0
        ? null
        : resource.Resource switch
        {
            "pods" => _pods.List(ns),
            "services" => _services.List(ns),
            "persistentvolumeclaims" => _claims.List(ns),
            _ => null,
        };

    // Objects that are new were charged when they were admitted: only what uses less, or is gone, is of interest.
    private Informer<T> Follow<T>(ControllerContext context, string resource)
        where T : class, IKubernetesKind
    {
        var evaluator = QuotaEvaluators.For(new GroupResource("", resource));
        var informer = context.Informers.Of<T>();
        informer.AddHandler(null, OnUpdated, obj => Enqueue(evaluator, obj.Metadata.Namespace!));
        return informer;

        void OnUpdated(T old, T now)
        {
            var ns = now.Metadata.Namespace!;
            if (_quotas.List(ns).Count > 0 && UsesOtherwise(evaluator, ns, old, now))
            {
                Enqueue(evaluator, ns);
            }
        }
    }

    private bool UsesOtherwise(QuotaEvaluator evaluator, string ns, object old, object now)
    {
        var time = _time.GetUtcNow();
        return !ResourceSums.AreEqual(evaluator.Usage(old, time), evaluator.Usage(now, time))
            || _quotas.List(ns).Any(q => evaluator.IsInScopes(q, old) != evaluator.IsInScopes(q, now));
    }

    private void OnQuota(V1ResourceQuota old, V1ResourceQuota now)
    {
        var key = ObjectKey.Of(now);
        if (!ResourceSums.AreEqual(old.Spec?.Hard, now.Spec?.Hard))
        {
            _queue.Add(key);
        }

        if (now.Status?.Used?.Any(u => !(old.Status?.Used ?? []).TryGetValue(u.Key, out var b) || b < u.Value) == true)
        {
            _lastCharge[key] = _time.GetUtcNow();
            _queue.AddAfter(key, RecountDelay);
        }
    }

    private void OnCounted(QuotaEvaluator evaluator, string? ns)
    {
        foreach (var quota in ns is null ? _quotas.List() : _quotas.List(ns))
        {
            EnqueueIfTracked(evaluator, quota);
        }
    }

    private void Enqueue(QuotaEvaluator evaluator, string ns)
    {
        foreach (var quota in _quotas.List(ns))
        {
            EnqueueIfTracked(evaluator, quota);
        }
    }

    private void EnqueueIfTracked(QuotaEvaluator evaluator, V1ResourceQuota quota)
    {
        if ((quota.Spec?.Hard ?? []).Keys.Any(evaluator.Tracks))
        {
            _queue.Add(ObjectKey.Of(quota));
        }
    }
}
