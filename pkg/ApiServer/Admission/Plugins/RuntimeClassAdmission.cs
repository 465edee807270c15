using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Copies a pod's runtime class' overhead, node selector and tolerations into the pod.</summary>
internal sealed class RuntimeClassAdmission() : AdmissionPlugin("RuntimeClass")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => CreatesPod(request);

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        if (Find(request) is not { } runtime)
        {
            return;
        }

        if (runtime.Overhead?.PodFixed is { Count: > 0 } wanted)
        {
            if (spec["overhead"] is JsonObject given && !Same(given, wanted))
            {
                throw Mismatch(request);
            }

            spec["overhead"] = new JsonObject(wanted.Select(q => KeyValuePair.Create(q.Key, (JsonNode?)q.Value.ToString())));
        }

        foreach (var (key, value) in runtime.Scheduling?.NodeSelector ?? [])
        {
            var selector = Child(spec, "nodeSelector");
            if ((string?)selector[key] is { } present && present != value)
            {
                throw Forbidden(
                    request,
                    $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                    + $"pod.spec.nodeSelector[{key}] = {present}");
            }

            selector[key] = value;
        }

        foreach (var toleration in runtime.Scheduling?.Tolerations ?? [])
        {
            var json = KubeJson.ToJson(toleration);
            if (Items(spec["tolerations"]).All(t => !JsonNode.DeepEquals(t, json)))
            {
                List(spec, "tolerations").Add((JsonNode)json);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var given = request.Object!["spec"]?["overhead"] as JsonObject ?? [];
        if (Find(request)?.Overhead?.PodFixed is not { Count: > 0 } wanted)
        {
            if (given.Count > 0)
            {
                throw Forbidden(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
        }
        else if (!Same(given, wanted))
        {
            // Somebody changed it after the class was applied.
            throw Mismatch(request);
        }
    }

    private static V1RuntimeClass? Find(AdmissionRequest request)
    {
        var name = (string?)request.Object!["spec"]?["runtimeClassName"];
        return string.IsNullOrEmpty(name)
            ? null
            : request.Objects.Get<V1RuntimeClass>(null, name)
                ?? throw Forbidden(request, $"pod rejected: RuntimeClass \"{name}\" not found");
    }

    private static ApiException Mismatch(AdmissionRequest request) =>
        Forbidden(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");

    private static bool Same(JsonObject given, Dictionary<string, ResourceQuantity> wanted) =>
        given.Count == wanted.Count && wanted.All(w =>
            ResourceQuantity.TryParse((string?)given[w.Key], out var quantity) && quantity == w.Value);
}
