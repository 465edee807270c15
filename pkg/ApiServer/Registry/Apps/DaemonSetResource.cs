using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>DaemonSets: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/</summary>
internal sealed class DaemonSetResource : ResourceStrategy
{
    private const long RevisionHistoryLimit = 10;

    /// <summary>How often the template has changed; a field of the first API versions that lives on.</summary>
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        PodSpecDefaults.Apply(spec.Ensure("template").Ensure("spec"));
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Default("maxUnavailable", 1);
            rolling.Default("maxSurge", 0);
        }
    }

    /// <inheritdoc/>
    public override void DropDisabled(JsonObject obj, JsonObject? old) =>
        DisabledPodFields.DropFromTemplate(obj, old);

    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        if (Generation(obj) < 1)
        {
            ObjectMetadata.Of(obj).SetAnnotation(TemplateGeneration, "1");
        }

        obj["status"] = new JsonObject
        {
            ["currentNumberScheduled"] = 0,
            ["numberMisscheduled"] = 0,
            ["desiredNumberScheduled"] = 0,
            ["numberReady"] = 0,
        };
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(context, obj, old);
        var generation = Generation(old);
        if (!JsonNode.DeepEquals(obj.At("spec.template"), old.At("spec.template")))
        {
            generation++;
        }

        ObjectMetadata.Of(obj).SetAnnotation(TemplateGeneration, generation.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        Validate(obj, null, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(obj, old, errors);
        PodTemplateRules.CheckSelectorKept(obj, old, errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        errors.NotNegative(
            FieldPath.Of("status"), obj.Child("status"), "currentNumberScheduled", "numberMisscheduled",
            "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled", "numberAvailable",
            "numberUnavailable", "collisionCount");
        WorkloadRules.CheckCollisionCount(obj, old, errors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        PodWarnings.OfTemplate(obj, old);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Number("Desired", "Nodes that should run its pod", "status.desiredNumberScheduled"),
        Columns.Number("Current", "Nodes that have its pod", "status.currentNumberScheduled"),
        Columns.Number("Ready", "Nodes whose pod is ready", "status.numberReady"),
        Columns.Number("Up-to-date", "Nodes whose pod is of the current template", "status.updatedNumberScheduled"),
        Columns.Number("Available", "Nodes whose pod has been ready for long enough", "status.numberAvailable"),
        Columns.Text(
            "Node Selector", "Labels of the nodes it is for",
            o => Columns.Labels(o.At("spec.template.spec.nodeSelector"))),
        Columns.Age,
        .. Columns.Template(),
        Columns.Selector,
    ];

    private static long Generation(JsonObject obj) => long.TryParse(
        ObjectMetadata.Of(obj).Annotation(TemplateGeneration), CultureInfo.InvariantCulture, out var generation)
        ? generation : 0;

    private static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var path = FieldPath.Of("spec");
        var spec = obj.Child("spec");
        ValidateSelector(obj, errors);
        PodTemplateRules.Validate(
            spec.Child("template"), path.Child("template"), errors, old.Child("spec").Child("template"));
        WorkloadRules.CheckEndless(obj, "DaemonSet", errors);
        ValidateStrategy(spec.Child("updateStrategy") ?? [], path.Child("updateStrategy"), errors);
        errors.NotNegative(path, spec, "minReadySeconds", "revisionHistoryLimit");
    }

    // Unlike the other kinds, a selector that is absent is only found not to match.
    private static void ValidateSelector(JsonObject obj, FieldErrorList errors)
    {
        var path = FieldPath.Of("spec", "selector");
        var json = obj.Child("spec").Child("selector");
        var before = errors.Count;
        errors.Selector(path, json);
        if (errors.Count == before)
        {
            WorkloadRules.CheckMatch(
                LabelSelector.From(json is null ? null : KubeJson.Deserialize<V1LabelSelector>(json)), obj, errors);
        }

        if (json is not null && json.Count("matchLabels") == 0 && json.Count("matchExpressions") == 0)
        {
            errors.Invalid(path, RuleExtensions.Shown(json), "empty selector is invalid for daemonset");
        }
    }

    private static void ValidateStrategy(JsonObject strategy, FieldPath path, FieldErrorList errors)
    {
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                return;
            case "RollingUpdate":
                ValidateRolling(strategy.Child("rollingUpdate") ?? [], path.Child("rollingUpdate"), errors);
                return;
            case var other:
                errors.NotOneOf(path.Child("type"), other, "RollingUpdate", "OnDelete");
                return;
        }
    }

    // A node has one pod, so only one of the two can be used.
    private static void ValidateRolling(JsonObject rolling, FieldPath path, FieldErrorList errors)
    {
        var (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"]);
        RollingUpdateRules.ValidateAmount(unavailable, path.Child("maxUnavailable"), errors);
        RollingUpdateRules.ValidateAmount(surge, path.Child("maxSurge"), errors);
        RollingUpdateRules.NotMoreThanAll(unavailable, path.Child("maxUnavailable"), errors);
        RollingUpdateRules.NotMoreThanAll(surge, path.Child("maxSurge"), errors);
        var (still, full) = (RollingUpdateRules.IsZero(unavailable), RollingUpdateRules.IsZero(surge));
        if (!still && !full)
        {
            errors.Invalid(
                path.Child("maxSurge"), RuleExtensions.Shown(surge), "may not be set when maxUnavailable is non-zero");
        }
        else if (still && full)
        {
            errors.Required(path.Child("maxUnavailable"), "cannot be 0 when maxSurge is 0");
        }
    }
}
