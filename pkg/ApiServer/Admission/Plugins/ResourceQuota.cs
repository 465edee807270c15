using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Quotas;
using Kube1.ApiServer.Admission.Quotas;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Refuses what would exceed a ResourceQuota and charges what does not. It comes last, so that nothing is charged that
/// another plug-in refuses; what is not stored in the end is credited by the controller.
/// Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/
/// </summary>
internal sealed class ResourceQuota(
    Func<IObjectRegistry> objects, IReadOnlyList<LimitedResource> limited, TimeProvider time) : IAdmissionPlugin
{
    private const string UsedField = "status.used";

    private static readonly GroupResource Pods = new("", "pods");
    private static readonly GroupResource Services = new("", "services");
    private static readonly GroupResource Claims = new("", "persistentvolumeclaims");
    private static readonly GroupResource ResourceClaims = new("resource.k8s.io", "resourceclaims");
    private static readonly GroupResource Quotas = new("", "resourcequotas");

    private readonly QuotaLedger _ledger = new(objects, limited, time);

    /// <inheritdoc/>
    public string Name => "ResourceQuota";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request)
    {
        if (request.Namespace.Length == 0 || request.Object is null)
        {
            return false;
        }

        var resource = request.Resource.Resource.GroupResource;
        return (request.Operation, request.Subresource) switch
        {
            (AdmissionOperation.Create, "") => !QuotaEvaluators.Ignores(resource),
            (AdmissionOperation.Update, "") => resource == Services || resource == Claims || resource == ResourceClaims,
            (AdmissionOperation.Update, "resize") => resource == Pods,
            (AdmissionOperation.Update, "status") => resource == Quotas || (resource == Claims && ChangesStorage(request)),
            _ => false,
        };
    }

    /// <inheritdoc/>
    public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource.Resource.GroupResource == Quotas)
        {
            CheckSettled(request);
            return;
        }

        var evaluator = QuotaEvaluators.For(request.Resource.Resource.GroupResource);
        if (limited.Count == 0 && !request.Objects.List<V1ResourceQuota>(request.Namespace)
            .Any(q => q.Status?.Hard?.Keys.Any(evaluator.Tracks) == true))
        {
            return;
        }

        var charge = new QuotaRequest(request, evaluator, time.GetUtcNow());
        if (charge.Usage.Where(u => u.Value.Sign < 0).Select(u => u.Key).ToList() is { Count: > 0 } negative)
        {
            throw charge.Forbidden(
                $"quota usage is negative for resource(s): {string.Join(",", negative.Order(StringComparer.Ordinal))}");
        }

        await _ledger.DecideAsync(charge).ConfigureAwait(false);
        if (charge.Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>
    /// Who counts what is used has not seen what was admitted a moment ago: a lower count from him comes too soon. He
    /// counts again, as after any other change in between.
    /// </summary>
    private void CheckSettled(AdmissionRequest request)
    {
        if (!_ledger.Unsettled.IsSettled(request.Namespace) && Lowers(request.Object!.At(UsedField), request.OldObject.At(UsedField)))
        {
            throw ApiErrors.Conflict(Quotas, request.Name, ApiErrors.ObjectModified);
        }
    }

    private static bool Lowers(JsonNode? now, JsonNode? before) => (before as JsonObject ?? []).Any(amount =>
        Amount(amount.Value) is { } was && (Amount((now as JsonObject)?[amount.Key]) ?? default) < was);

    private static ResourceQuantity? Amount(JsonNode? value) =>
        value is JsonValue && ResourceQuantity.TryParse(value.ToString(), out var amount) ? amount : null;

    private static bool ChangesStorage(AdmissionRequest request)
    {
        return Differs("allocatedResources") || Differs("currentVolumeAttributesClassName") || Differs("modifyVolumeStatus");

        bool Differs(string field) => !JsonNode.DeepEquals(
            request.Object!["status"]?[field], request.OldObject?["status"]?[field]);
    }
}
