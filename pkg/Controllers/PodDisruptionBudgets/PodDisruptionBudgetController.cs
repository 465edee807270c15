using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Events;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.PodDisruptionBudgets;

/// <summary>Keeps the counts in the status of PodDisruptionBudgets right; evictions are granted or refused by them.</summary>
internal sealed class PodDisruptionBudgetController : IController
{
    private readonly KubeClient _client;
    private readonly Informer<V1PodDisruptionBudget> _budgets;
    private readonly Informer<V1Pod> _pods;
    private readonly Informer<V1ReplicaSet> _replicaSets;
    private readonly Informer<V1Deployment> _deployments;
    private readonly Informer<V1StatefulSet> _statefulSets;
    private readonly Informer<V1ReplicationController> _controllers;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;

    public PodDisruptionBudgetController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(_time);
        var logger = context.Loggers.CreateLogger<PodDisruptionBudgetController>();
        _loop = new ControllerLoop<ObjectKey>(Name, _queue, SyncAsync, 1, _time, logger);
        _events = new EventRecorder(_client, "controllermanager", null, _time, logger);
        _budgets = context.Informers.Of<V1PodDisruptionBudget>();
        _budgets.AddHandler(b => _queue.Add(ObjectKey.Of(b)), (_, b) => _queue.Add(ObjectKey.Of(b)), null);
        _pods = context.Informers.Of<V1Pod>();
        _pods.AddHandler(EnqueueFor, (_, pod) => EnqueueFor(pod), EnqueueFor);
        _replicaSets = context.Informers.Of<V1ReplicaSet>();
        _deployments = context.Informers.Of<V1Deployment>();
        _statefulSets = context.Informers.Of<V1StatefulSet>();
        _controllers = context.Informers.Of<V1ReplicationController>();
    }

    public string Name => "disruption-controller";

    public async Task RunAsync(CancellationToken ct)
    {
        await Task.WhenAll(
            _budgets.WaitForSyncAsync(ct), _pods.WaitForSyncAsync(ct), _replicaSets.WaitForSyncAsync(ct),
            _deployments.WaitForSyncAsync(ct), _statefulSets.WaitForSyncAsync(ct), _controllers.WaitForSyncAsync(ct))
            .ConfigureAwait(false);
        await Task.WhenAll(_events.RunAsync(ct), _loop.RunAsync(ct)).ConfigureAwait(false);
    }

    private void EnqueueFor(V1Pod pod)
    {
        foreach (var budget in _budgets.List(pod.Metadata.Namespace!))
        {
            if (Selects(budget, pod))
            {
                _queue.Add(ObjectKey.Of(budget));
            }
        }
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_budgets.Get(key.Namespace, key.Name) is not { } budget)
        {
            return SyncResult.Done;
        }

        var now = _time.GetUtcNow();
        var pods = _pods.List(key.Namespace).Where(p => Selects(budget, p)).ToList();
        if (pods.Count == 0)
        {
            _events.Normal(budget, "NoPods", "No matching pods found");
        }

        var (scale, problem) = DisruptionCalculator.NeedsScale(budget) ? Scale(pods) : (pods.Count, null);
        if (problem is not null)
        {
            _events.Warning(
                budget, "CalculateExpectedPodCountFailed",
                $"Failed to calculate the number of expected pods: {problem}");
        }

        var status = problem is null
            ? DisruptionCalculator.Calculate(budget, pods, scale, now)
            : DisruptionCalculator.Failed(budget, problem, now);
        await WriteAsync(budget, status, ct).ConfigureAwait(false);

        // A pod that was to be evicted and was not counts again after a while, even when nothing else changes.
        return status.DisruptedPods is { Count: > 0 } disrupted
            ? SyncResult.RequeueAfter(disrupted.Values.Min() + DisruptionCalculator.DeletionTimeout - now)
            : SyncResult.Done;
    }

    private async Task WriteAsync(
        V1PodDisruptionBudget budget, V1PodDisruptionBudgetStatus status, CancellationToken ct)
    {
        var changed = KubeJson.Clone(budget);
        changed.Status = status;
        if (!JsonNode.DeepEquals(KubeJson.ToJson(changed), KubeJson.ToJson(budget)))
        {
            await _client.Of<V1PodDisruptionBudget>().UpdateStatusAsync(changed, ct).ConfigureAwait(false);
        }
    }

    // What the pods' controllers want in all, each counted once.
    private (int Scale, string? Problem) Scale(List<V1Pod> pods)
    {
        var scales = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            if (ControllerReferences.Of(pod) is not { } owner)
            {
                return (0, $"found no controller ref for pod \"{pod.Metadata.Name}\"");
            }

            if (ScaleOf(pod.Metadata.Namespace!, owner) is not { } found)
            {
                return (0, $"{owner.Kind}.{owner.ApiVersion} does not implement the scale subresource");
            }

            scales[found.Uid] = found.Replicas;
        }

        return (scales.Values.Sum(), null);
    }

    private (string Uid, int Replicas)? ScaleOf(string ns, V1OwnerReference owner)
    {
        switch (owner.Kind)
        {
            case "ReplicaSet" when _replicaSets.Get(ns, owner.Name) is { } set:
                // While a Deployment rolls over, only the Deployment knows the number.
                return ControllerReferences.Of(set) is { Kind: "Deployment" } parent
                    && _deployments.Get(ns, parent.Name) is { } deployment
                        ? (deployment.Metadata.Uid!, deployment.Spec?.Replicas ?? 1)
                        : (set.Metadata.Uid!, set.Spec?.Replicas ?? 1);
            case "StatefulSet" when _statefulSets.Get(ns, owner.Name) is { } set:
                return (set.Metadata.Uid!, set.Spec?.Replicas ?? 1);
            case "ReplicationController" when _controllers.Get(ns, owner.Name) is { } controller:
                return (controller.Metadata.Uid!, controller.Spec?.Replicas ?? 1);
            default:
                return null;
        }
    }

    private static bool Selects(V1PodDisruptionBudget budget, V1Pod pod) =>
        budget.Spec?.Selector is { } selector && LabelSelector.From(selector).Matches(pod.Metadata.Labels);
}
