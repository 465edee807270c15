using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Http;

/// <summary>
/// One disruption taken from a PodDisruptionBudget, or the refusal of one
/// (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
/// </summary>
internal static class DisruptionBudgetCharge
{
    private const string Refused = "Cannot evict pod as it would violate the pod's disruption budget.";

    /// <summary>
    /// More evictions than this that the controller has not noticed yet mean that it does not run; upstream's bound.
    /// </summary>
    private const int MaxUnnoticed = 2000;

    /// <summary>By when the controller has likely caught up.</summary>
    private const int RetryAfterSeconds = 10;

    private static readonly ResourceDescriptor Budgets =
        ResourceCatalog.Find(new GroupVersionResource("policy", "v1", "poddisruptionbudgets"))!;

    /// <summary>
    /// Whether a pod may go at no charge: it is not ready and so counts for nothing, and the budget says that such pods
    /// may always go or has as many others as it wants.
    /// </summary>
    public static bool IsFreeFor(V1PodDisruptionBudget budget, V1Pod pod)
    {
        if (pod.Status?.Conditions?.Exists(c => c.Type == "Ready" && c.Status == "True") == true)
        {
            return false;
        }

        var desired = budget.Status?.DesiredHealthy ?? 0;
        return budget.Spec?.UnhealthyPodEvictionPolicy == "AlwaysAllow"
            || (desired > 0 && (budget.Status?.CurrentHealthy ?? 0) >= desired);
    }

    /// <summary>
    /// Takes a disruption for the pod of a request, or with <paramref name="dryRun"/> sees whether there is one. Throws
    /// 429 when there is none.
    /// </summary>
    public static async ValueTask TakeAsync(
        SubresourceRequest request, string name, bool dryRun, DateTimeOffset now, CancellationToken cancellationToken) =>
        await request.Objects.ChangeAsync(
            Budgets, request.Namespace, name,
            budget =>
            {
                Check(budget, name);
                if (dryRun)
                {
                    return false;
                }

                Take(budget, request.Info.Name, now);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>429: what the budget allows is not known yet.</summary>
    public static ApiException NotYet(string budget) => Refusal(
        $"The disruption budget {budget} is still being processed by the server.", RetryAfterSeconds);

    private static void Check(JsonObject budget, string name)
    {
        var allowed = budget.Integer("status.disruptionsAllowed") ?? 0;
        if ((budget.Integer("status.observedGeneration") ?? 0) < ObjectMetadata.Of(budget).Generation)
        {
            throw NotYet(name);
        }

        if (allowed < 0)
        {
            throw Forbidden(name, "pdb disruptions allowed is negative");
        }

        if (budget.Child("status")?["disruptedPods"] is JsonObject { Count: > MaxUnnoticed })
        {
            throw Forbidden(
                name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        }

        if (allowed == 0)
        {
            throw Refusal(WhyNone(budget, name), retryAfterSeconds: null);
        }
    }

    private static string WhyNone(JsonObject budget, string name)
    {
        var conditions = budget.Child("status")?["conditions"] as JsonArray ?? [];
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == "DisruptionAllowed");
        return condition?.Text("reason") == "SyncFailed"
            ? $"The disruption budget {name} does not allow evicting pods currently because it failed sync: "
                + condition.Text("message")
            : $"The disruption budget {name} needs {budget.Integer("status.desiredHealthy") ?? 0} healthy pods and has "
                + $"{budget.Integer("status.currentHealthy") ?? 0} currently";
    }

    private static void Take(JsonObject budget, string pod, DateTimeOffset now)
    {
        var status = budget.Ensure("status");
        var left = (budget.Integer("status.disruptionsAllowed") ?? 0) - 1;
        status["disruptionsAllowed"] = left;
        if (left == 0 && StatusConditions.Set(budget, "DisruptionAllowed", "False", "InsufficientPods", "", now))
        {
            StatusConditions.Observe(budget, "DisruptionAllowed", budget.Integer("status.observedGeneration") ?? 0);
        }

        // The controller counts the pod as gone from now on, even before it is.
        status.Ensure("disruptedPods")[pod] =
            now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private static ApiException Refusal(string why, int? retryAfterSeconds) => ApiErrors.TooManyRequests(
        Refused, retryAfterSeconds, new V1StatusCause { Reason = "DisruptionBudget", Message = why });

    private static ApiException Forbidden(string name, string why) =>
        ApiErrors.Forbidden(new GroupResource("policy", "poddisruptionbudget"), name, why);
}
