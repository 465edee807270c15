using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Selectors;
using Kube1.ApiServer.Admission;

namespace Kube1.ApiServer.Http;

/// <summary>
/// pods/eviction: a delete that PodDisruptionBudgets may refuse. The budget is charged before the pod goes, so that two
/// evictions at once cannot both take the last permitted disruption.
/// </summary>
internal sealed class EvictionHandler(TimeProvider time) : ISubresourceHandler
{
    private const string DisruptionMessage = "Cannot evict pod as it would violate the pod's disruption budget.";

    /// <summary>
    /// For a budget that is still to be counted. One that is used up has no such time: clients would try again by
    /// themselves for minutes, and tell nobody.
    /// </summary>
    private const int RetryAfterSeconds = 10;

    private static readonly ResourceDescriptor Budgets =
        ResourceCatalog.Find(new GroupVersionResource("policy", "v1", "poddisruptionbudgets"))!;

    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var eviction = await request.ReadObjectAsync("io.k8s.api.policy.v1.Eviction", cancellationToken)
            .ConfigureAwait(false);
        if (ObjectMetadata.Of(eviction).Name is { Length: > 0 } name && name != request.Info.Name)
        {
            throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        eviction = (await request.AdmitAsync(AdmissionOperation.Create, eviction, null, cancellationToken)
            .ConfigureAwait(false))!;
        var pod = request.Objects.Get<V1Pod>(request.Namespace, request.Info.Name)
            ?? throw ApiErrors.NotFound(new GroupResource("", "pods"), request.Info.Name);
        var options = eviction["deleteOptions"] is JsonObject given
            ? KubeJson.Deserialize<V1DeleteOptions>(given)
            : new V1DeleteOptions();
        if (request.DryRun)
        {
            options.DryRun = ["All"];
        }

        // A pod that has ended or never ran disrupts nothing.
        if (pod.Status?.Phase is not ("Succeeded" or "Failed" or "Pending") && pod.Metadata.DeletionTimestamp is null)
        {
            await ChargeBudgetAsync(request, pod, options.DryRun is { Count: > 0 }, cancellationToken).ConfigureAwait(false);
        }

        await request.Objects.DeleteAsync(
            request.Resource, request.Namespace, request.Info.Name, options, cancellationToken).ConfigureAwait(false);
        await request.WriteAsync(
            201, StatusResponse.ToJson(new V1Status { Status = "Success", Code = 201 }), cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask ChargeBudgetAsync(
        SubresourceRequest request, V1Pod pod, bool dryRun, CancellationToken cancellationToken)
    {
        var budgets = request.Objects.List<V1PodDisruptionBudget>(request.Namespace)
            .Where(b => b.Spec?.Selector is { } s && LabelSelector.From(s).Matches(pod.Metadata.Labels)).ToList();
        if (budgets.Count > 1)
        {
            throw ApiErrors.Internal(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }

        if (budgets.Count == 0)
        {
            return;
        }

        await request.Objects.ChangeAsync(
            Budgets, request.Namespace, budgets[0].Metadata.Name!,
            budget =>
            {
                var status = budget["status"] as JsonObject;
                var name = budgets[0].Metadata.Name;
                if ((Number(status, "observedGeneration") ?? 0) < (Number(budget["metadata"], "generation") ?? 0))
                {
                    throw Refusal($"The disruption budget {name} is still being processed by the server.", RetryAfterSeconds);
                }

                var allowed = Number(status, "disruptionsAllowed") ?? 0;
                if (allowed <= 0)
                {
                    throw Refusal(
                        $"The disruption budget {name} needs {Number(status, "desiredHealthy") ?? 0} healthy pods and has "
                        + $"{Number(status, "currentHealthy") ?? 0} currently", null);
                }

                if (dryRun)
                {
                    return false;
                }

                status!["disruptionsAllowed"] = allowed - 1;
                if (status["disruptedPods"] is not JsonObject disrupted)
                {
                    status["disruptedPods"] = disrupted = [];
                }

                disrupted[request.Info.Name] = time.GetUtcNow().UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static ApiException Refusal(string cause, int? retryAfterSeconds) => ApiErrors.TooManyRequests(
        DisruptionMessage, retryAfterSeconds, new V1StatusCause { Reason = "DisruptionBudget", Message = cause });

    private static long? Number(JsonNode? of, string field) => (long?)of?[field];
}
