using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Pods: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/</summary>
internal sealed class PodResource : ResourceStrategy
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => PodSpecDefaults.ApplyToPod(obj.Ensure("spec"));

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.Drop(obj.Child("spec"), old.Child("spec"));

    /// <summary>A new pod waits; one with scheduling gates says so (KEP-3521).</summary>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var status = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodQos.Of(spec) };
        obj["status"] = status;
        if (spec.Count("schedulingGates") > 0)
        {
            status["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = "SchedulingGated",
                ["message"] = "Scheduling is blocked due to non-empty scheduling gates",
                ["lastTransitionTime"] = context.Time.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
            });
        }

        PodLabelKeys.Merge(spec, obj.Child("metadata").Child("labels"));
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);

        // Only their subresource changes ephemeral containers; a client that does not know of them keeps them.
        PodUpdateRules.Take("ephemeralContainers", obj.Ensure("spec"), old.Child("spec") ?? []);
    }

    /// <summary>Old kubelets write owners back wrongly, and leave the QoS class out.</summary>
    public override void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(context, obj, old);
        PodUpdateRules.Take("ownerReferences", obj.Ensure("metadata"), old.Child("metadata") ?? []);
        if (obj.Text("status.qosClass").Length == 0 && old.Text("status.qosClass").Length > 0)
        {
            obj.Ensure("status")["qosClass"] = old.Text("status.qosClass");
        }
    }

    /// <summary>Ephemeral containers and resizes change just that part of the spec.</summary>
    public override void PrepareForSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old)
    {
        switch (subresource)
        {
            case "ephemeralcontainers":
                var wanted = obj.Child("spec") ?? [];
                KeepAllBut(obj, old, "");
                KeepMetadata(obj, old);
                PodUpdateRules.Take("ephemeralContainers", obj.Ensure("spec"), wanted);
                break;
            case "resize":
                var sent = obj.Child("spec");
                var spec = (old.Child("spec") ?? []).DeepClone().AsObject();
                KeepMetadata(obj, old);
                Keep("status", obj, old);
                if (PodResize.IsSameContainers(sent, spec))
                {
                    PodResize.TakeResources(spec, sent);
                    obj["spec"] = spec;
                }

                break;
            default:
                base.PrepareForSubresourceUpdate(context, subresource, obj, old);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        PodRules.ValidateCreate(obj, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        PodUpdateRules.Validate(obj, old, errors, context.KeepsRest);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        PodStatusRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateSubresourceUpdate(
        StrategyContext context, string subresource, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        switch (subresource)
        {
            case "ephemeralcontainers":
                PodUpdateRules.ValidateEphemeral(obj, old, errors);
                break;
            case "resize":
                PodResize.Validate(obj, old, errors);
                break;
            default:
                base.ValidateSubresourceUpdate(context, subresource, obj, old, errors);
                break;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        old is null ? PodWarnings.OfPod(obj) : [];

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
    [
        new("spec.nodeName", static o => Text(o, "spec", "nodeName")),
        new("spec.restartPolicy", static o => Text(o, "spec", "restartPolicy")),
        new("spec.schedulerName", static o => Text(o, "spec", "schedulerName")),
        new("spec.serviceAccountName", static o => Text(o, "spec", "serviceAccountName")),
        new("spec.hostNetwork", static o => (bool?)o["spec"]?["hostNetwork"] == true ? "true" : "false"),
        new("status.phase", static o => Text(o, "status", "phase")),
        new("status.podIP", static o => Text(o, "status", "podIP")),

        // Upstream takes this one, but gives it no value.
        new("status.podIPs", static _ => ""),
        new("status.nominatedNodeName", static o => Text(o, "status", "nominatedNodeName")),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns => PodColumns.All;

    /// <summary>
    /// A pod that no kubelet has, or whose containers have ended, goes at once; any other waits for its kubelet.
    /// </summary>
    public override long? GracePeriodSeconds(JsonObject obj, long? asked)
    {
        if (Text(obj, "spec", "nodeName").Length == 0 || Text(obj, "status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        var grace = asked ?? obj["spec"]?["terminationGracePeriodSeconds"].AsLong() ?? 0;

        // Upstream: a negative grace period means the shortest one.
        return grace < 0 ? 1 : grace;
    }

    private static string Text(JsonObject obj, string section, string field) => (string?)obj[section]?[field] ?? "";

    // Subresources change no labels, annotations, owners or finalizers.
    private static void KeepMetadata(JsonObject obj, JsonObject old)
    {
        foreach (var field in new[] { "labels", "annotations", "ownerReferences", "finalizers" })
        {
            PodUpdateRules.Take(field, obj.Ensure("metadata"), old.Child("metadata") ?? []);
        }
    }
}
