using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Quotas;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Applies the LimitRanges of a namespace: defaults for containers, then bounds for containers, pods and claims.
/// https://kubernetes.io/docs/concepts/policy/limit-range/
/// </summary>
internal sealed class LimitRanger() : AdmissionPlugin("LimitRanger")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => !IsGoing(request)
        && (CreatesPod(request) || ResizesPod(request)
            || (request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
                && IsFor(request, "", "persistentvolumeclaims")));

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        if (!CreatesPod(request))
        {
            return;
        }

        foreach (var range in request.Objects.List<V1LimitRange>(request.Namespace))
        {
            var notes = new List<string>();
            var spec = Child(request.Object!, "spec");
            var (requests, limits) = Defaults(range);
            foreach (var container in Items(spec["containers"]))
            {
                AddDefaults(container, requests, limits, "container", notes);
            }

            foreach (var container in Items(spec["initContainers"]))
            {
                AddDefaults(container, requests, limits, "init container", notes);
            }

            if (notes.Count > 0)
            {
                Child(Child(request.Object!, "metadata"), "annotations")["kubernetes.io/limit-ranger"] =
                    "LimitRanger plugin set: " + string.Join("; ", notes);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        foreach (var range in request.Objects.List<V1LimitRange>(request.Namespace))
        {
            var errors = new List<string>();
            foreach (var limit in range.Spec?.Limits ?? [])
            {
                foreach (var (requests, limits) in Subjects(request, limit.Type))
                {
                    LimitRangeBounds.Check(limit, requests, limits, errors);
                }
            }

            if (errors.Count > 0)
            {
                var distinct = errors.Distinct(StringComparer.Ordinal).ToList();
                throw Forbidden(
                    request, distinct.Count == 1 ? distinct[0] : "[" + string.Join(", ", distinct) + "]");
            }
        }
    }

    private static (Dictionary<string, ResourceQuantity> Requests, Dictionary<string, ResourceQuantity> Limits) Defaults(
        V1LimitRange range)
    {
        var requests = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var limits = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        foreach (var limit in (range.Spec?.Limits ?? []).Where(l => l.Type == "Container"))
        {
            foreach (var (name, quantity) in limit.DefaultRequest ?? [])
            {
                requests[name] = quantity;
            }

            foreach (var (name, quantity) in limit.Default ?? [])
            {
                limits[name] = quantity;
            }
        }

        return (requests, limits);
    }

    private static void AddDefaults(
        JsonObject container, Dictionary<string, ResourceQuantity> requests, Dictionary<string, ResourceQuantity> limits,
        string kind, List<string> notes)
    {
        var name = (string?)container["name"];
        Add("requests", requests, "request");
        Add("limits", limits, "limit");

        void Add(string field, Dictionary<string, ResourceQuantity> defaults, string noun)
        {
            var set = new List<string>();
            foreach (var (resource, quantity) in defaults)
            {
                if (container["resources"]?[field]?[resource] is null)
                {
                    Child(Child(container, "resources"), field)[resource] = quantity.ToString();
                    set.Add(resource);
                }
            }

            if (set.Count > 0)
            {
                notes.Add($"{string.Join(", ", set.Order(StringComparer.Ordinal))} {noun} for {kind} {name}");
            }
        }
    }

    /// <summary>The requests and limits that a limit of this type bounds.</summary>
    private static IEnumerable<(Dictionary<string, ResourceQuantity>, Dictionary<string, ResourceQuantity>)> Subjects(
        AdmissionRequest request, string type)
    {
        var spec = Child(request.Object!, "spec");
        if (IsFor(request, "", "persistentvolumeclaims"))
        {
            return type == "PersistentVolumeClaim" ? [(Read(spec["resources"]?["requests"]), [])] : [];
        }

        return type switch
        {
            "Container" => Items(spec["containers"]).Concat(Items(spec["initContainers"])).Select(Amounts),
            "Pod" => [PodAmounts(spec)],
            _ => [],
        };
    }

    // A pod's containers change only when it is resized, so that other updates are not looked at.
    private static bool ResizesPod(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Update && IsFor(request, "", "pods", "resize");

    private static bool IsGoing(AdmissionRequest request) =>
        request.OldObject?["metadata"]?["deletionTimestamp"] is not null;

    private static (Dictionary<string, ResourceQuantity>, Dictionary<string, ResourceQuantity>) Amounts(JsonObject owner) =>
        (Read(owner["resources"]?["requests"]), Read(owner["resources"]?["limits"]));

    private static (Dictionary<string, ResourceQuantity>, Dictionary<string, ResourceQuantity>) PodAmounts(JsonObject spec)
    {
        var pod = KubeJson.Deserialize<V1PodSpec>(spec);
        return (PodResourceTotals.OfSpec(pod, r => r?.Requests), PodResourceTotals.OfSpec(pod, r => r?.Limits));
    }

    private static Dictionary<string, ResourceQuantity> Read(JsonNode? list) => (list as JsonObject ?? [])
        .Where(q => q.Value is not null)
        .ToDictionary(q => q.Key, q => ResourceQuantity.Parse(q.Value!.ToString()), StringComparer.Ordinal);
}
