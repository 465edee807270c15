using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Events;
using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Preemption;
using Kube1.Scheduler.Snapshot;
using Microsoft.Extensions.Logging;

namespace Kube1.Scheduler.Binding;

/// <summary>Carries decisions out: bindings (upstream's DefaultBinder), conditions, evictions, events.</summary>
internal sealed partial class PodWriter(KubeClient client, EventRecorder events, TimeProvider time, ILogger logger)
{
    private readonly ResourceClient<V1Pod> _pods = client.Of<V1Pod>();
    private readonly ILogger _logger = logger;

    /// <summary>False when the API server did not take the binding; the pod has the condition and event then.</summary>
    public async Task<bool> BindAsync(PodInfo pod, string node, CancellationToken ct)
    {
        var binding = new V1Binding
        {
            Metadata = new V1ObjectMeta
            {
                Namespace = pod.Namespace, Name = pod.Pod.Metadata.Name, Uid = pod.Uid.Length == 0 ? null : pod.Uid,
            },
            Target = new V1ObjectReference { Kind = "Node", Name = node },
        };
        try
        {
            await _pods.CreateSubresourceAsync<V1Binding, V1Status>(
                pod.Namespace, pod.Pod.Metadata.Name!, "binding", binding, ct).ConfigureAwait(false);
            events.Normal(pod.Pod, "Scheduled", $"Successfully assigned {pod.Key} to {node}");
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            LogBindingFailed(e, pod.Key, node);
            await ReportAsync(
                pod, "SchedulerError", $"running Bind plugin \"DefaultBinder\": {e.Message}", null, ct)
                .ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Says why the pod is not scheduled: condition PodScheduled, event FailedScheduling.</summary>
    public async Task ReportAsync(
        PodInfo pod, string reason, string message, string? nominatedNode, CancellationToken ct)
    {
        events.Warning(pod.Pod, "FailedScheduling", message);
        await PatchAsync(
            pod,
            PodStatusPatch.Condition(pod.Pod, "PodScheduled", "False", reason, message, nominatedNode, time.GetUtcNow()),
            ct).ConfigureAwait(false);
    }

    /// <summary>The API server says so of pods that are created with gates; this is for those that got them otherwise.</summary>
    public Task ReportGatedAsync(PodInfo pod, CancellationToken ct) => PatchAsync(
        pod,
        PodStatusPatch.Condition(
            pod.Pod, "PodScheduled", "False", "SchedulingGated", SchedulingGates.ConditionMessage, null,
            time.GetUtcNow()),
        ct);

    public Task ClearNominationAsync(PodInfo pod, CancellationToken ct) =>
        PatchAsync(pod, PodStatusPatch.ClearNomination(pod.Pod), ct);

    /// <summary>Evicts the victims. One that cannot be evicted is logged; the pod's next attempt takes it up again.</summary>
    public async Task EvictAsync(PodInfo pod, PreemptionOutcome outcome, CancellationToken ct)
    {
        foreach (var victim in outcome.Victims)
        {
            try
            {
                await EvictAsync(pod, victim, outcome.Node!, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                LogEvictionFailed(e, victim.Key, pod.Key);
            }
        }
    }

    private async Task EvictAsync(PodInfo pod, PodInfo victim, string node, CancellationToken ct)
    {
        if (victim.Terminating)
        {
            return;
        }

        var patch = PodStatusPatch.Condition(
            victim.Pod, "DisruptionTarget", "True", "PreemptionByScheduler",
            $"{SchedulerCore.SchedulerName}: preempting to accommodate a higher priority pod", null, time.GetUtcNow());
        if (patch is not null && !await TryPatchAsync(victim, patch, ct).ConfigureAwait(false))
        {
            return;
        }

        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = victim.Uid } };
        if (await _pods.DeleteAsync(victim.Namespace, victim.Pod.Metadata.Name!, options, ct).ConfigureAwait(false))
        {
            events.Normal(victim.Pod, "Preempted", $"Preempted by pod {pod.Uid} on node {node}");
        }
    }

    private async Task PatchAsync(PodInfo pod, byte[]? patch, CancellationToken ct)
    {
        if (patch is null)
        {
            return;
        }

        try
        {
            await TryPatchAsync(pod, patch, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            LogStatusFailed(e, pod.Key);
        }
    }

    // False: the pod is gone.
    private async Task<bool> TryPatchAsync(PodInfo pod, byte[] patch, CancellationToken ct)
    {
        try
        {
            await _pods.PatchAsync(
                pod.Namespace, pod.Pod.Metadata.Name!, PatchType.StrategicMerge, patch, "status", ct)
                .ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Is(StatusReasons.NotFound))
        {
            return false;
        }
    }
}
