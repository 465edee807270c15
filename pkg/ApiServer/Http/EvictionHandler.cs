using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Http;

/// <summary>
/// pods/eviction: a delete that PodDisruptionBudgets may refuse. The budget is charged before the pod goes, so that two
/// evictions at once cannot both take the last permitted disruption; and the pod's condition DisruptionTarget says why it
/// goes (KEP-3329).
/// </summary>
internal sealed class EvictionHandler(TimeProvider time) : ISubresourceHandler
{
    private const string SeveralBudgets =
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

    /// <summary>How often an eviction starts over because the pod has changed under it; upstream's bound.</summary>
    private const int MaxAttempts = 20;

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var eviction = await request.ReadObjectAsync("io.k8s.api.policy.v1.Eviction", cancellationToken)
            .ConfigureAwait(false);
        if (ObjectMetadata.Of(eviction).Name != request.Info.Name)
        {
            throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        eviction = (await request.AdmitAsync(AdmissionOperation.Create, eviction, null, cancellationToken)
            .ConfigureAwait(false))!;
        await EvictAsync(request, OptionsOf(request, eviction), cancellationToken).ConfigureAwait(false);
        await request.WriteAsync(
            201, StatusResponse.ToJson(new V1Status { Status = "Success", Code = 201 }), cancellationToken)
            .ConfigureAwait(false);
    }

    private static V1DeleteOptions OptionsOf(SubresourceRequest request, JsonObject eviction)
    {
        var options = eviction["deleteOptions"] is JsonObject given
            ? KubeJson.Deserialize<V1DeleteOptions>(given)
            : new V1DeleteOptions();
        if (request.DryRun)
        {
            options.DryRun = ["All"];
        }

        return options;
    }

    private async ValueTask EvictAsync(
        SubresourceRequest request, V1DeleteOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pod = PodOf(request);
            if (!DisruptsNothing(pod))
            {
                break;
            }

            // A pod that is about to run must still be so when it goes: another one may become its budget's last.
            var isPinned = pod.Status?.Phase == "Pending" && pod.Metadata.DeletionTimestamp is null
                && options.Preconditions?.ResourceVersion is null;
            try
            {
                await DeleteAsync(request, isPinned ? Pinned(options, pod) : options, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Is(StatusReasons.Conflict) && isPinned && attempt < MaxAttempts)
            {
                // It has changed meanwhile, and may not be pending any more.
            }
        }

        await EvictRunningAsync(request, PodOf(request), options, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EvictRunningAsync(
        SubresourceRequest request, V1Pod pod, V1DeleteOptions options, CancellationToken cancellationToken)
    {
        var budgets = request.Objects.List<V1PodDisruptionBudget>(request.Namespace)
            .Where(b => b.Spec?.Selector is { } s && LabelSelector.From(s) is { IsEmpty: false } selector
                && selector.Matches(pod.Metadata.Labels)).ToList();
        if (budgets.Count > 1)
        {
            throw ApiErrors.Unclassified(SeveralBudgets);
        }

        if (budgets.Count == 0)
        {
            await DeleteAsync(request, options, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!DisruptionBudgetCharge.IsFreeFor(budgets[0], pod))
        {
            await DisruptionBudgetCharge.TakeAsync(
                request, budgets[0].Metadata.Name!, options.DryRun is { Count: > 0 }, time.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
            await DeleteAsync(request, options, cancellationToken).ConfigureAwait(false);
            return;
        }

        var isPinned = options.Preconditions?.ResourceVersion is null;
        try
        {
            // It must not have become ready since it was found not to be.
            await DeleteAsync(request, Pinned(options, pod), cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.Conflict) && isPinned)
        {
            throw DisruptionBudgetCharge.NotYet(budgets[0].Metadata.Name!);
        }
    }

    private async ValueTask DeleteAsync(
        SubresourceRequest request, V1DeleteOptions options, CancellationToken cancellationToken)
    {
        if (options.DryRun is not { Count: > 0 })
        {
            var marked = await request.Objects.ChangeAsync(
                request.Resource, request.Namespace, request.Info.Name, pod => Mark(request, pod, options.Preconditions),
                cancellationToken).ConfigureAwait(false);
            if (options.Preconditions?.ResourceVersion is not null)
            {
                options = KubeJson.Clone(options);
                options.Preconditions!.ResourceVersion = ObjectMetadata.Of(marked).ResourceVersion;
            }
        }

        await request.Objects.DeleteAsync(
            request.Resource, request.Namespace, request.Info.Name, options, cancellationToken).ConfigureAwait(false);
    }

    private bool Mark(SubresourceRequest request, JsonObject pod, V1Preconditions? preconditions)
    {
        var meta = ObjectMetadata.Of(pod);
        ObjectDeleter.CheckPreconditions(new GroupResource("", "pods"), request.Info.Name, meta, preconditions);
        var changed = StatusConditions.Set(
            pod, "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", time.GetUtcNow());
        if (changed)
        {
            StatusConditions.Observe(pod, "DisruptionTarget", meta.Generation);
        }

        return changed;
    }

    private static V1Pod PodOf(SubresourceRequest request) =>
        request.Objects.Get<V1Pod>(request.Namespace, request.Info.Name)
        ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), request.Info.Name);

    // A pod that has ended, never ran or goes already.
    private static bool DisruptsNothing(V1Pod pod) =>
        pod.Status?.Phase is "Succeeded" or "Failed" or "Pending" || pod.Metadata.DeletionTimestamp is not null;

    private static V1DeleteOptions Pinned(V1DeleteOptions options, V1Pod pod)
    {
        if (options.Preconditions?.ResourceVersion is not null)
        {
            return options;
        }

        var pinned = KubeJson.Clone(options);
        pinned.Preconditions ??= new V1Preconditions();
        pinned.Preconditions.ResourceVersion = pod.Metadata.ResourceVersion;
        return pinned;
    }
}
