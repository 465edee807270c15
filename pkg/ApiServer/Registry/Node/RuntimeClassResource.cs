using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Node;

/// <summary>RuntimeClasses: https://kubernetes.io/docs/concepts/containers/runtime-class/</summary>
internal sealed class RuntimeClassResource : ResourceStrategy
{
    private static readonly FieldPath Handler = FieldPath.Of("handler");

    private static readonly FieldPath Tolerations = FieldPath.Of("scheduling", "tolerations");

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        errors.AddMessages(Handler, obj.Text("handler"), NameRules.IsDns1123Label, evenEmpty: true);
        var runtimeClass = KubeJson.Deserialize<V1RuntimeClass>(obj);
        if (runtimeClass.Overhead is { } overhead)
        {
            // Upstream checks the overhead as if it were limits of a container, and says so.
            ResourceRules.Validate(
                new V1ResourceRequirements { Limits = overhead.PodFixed }, [], FieldPath.Of("overhead"), errors);
        }

        if (runtimeClass.Scheduling is not { } scheduling)
        {
            return;
        }

        ObjectMetaValidation.ValidateLabels(scheduling.NodeSelector, FieldPath.Of("scheduling", "nodeSelector"), errors);
        TolerationRules.Validate(scheduling.Tolerations, Tolerations, errors);
        var seen = new HashSet<string>();
        foreach (var (toleration, at) in obj.Child("scheduling").Items("tolerations").Indexed(Tolerations))
        {
            if (!seen.Add(toleration.ToJsonString()))
            {
                errors.Duplicate(at, RuleExtensions.Shown(toleration));
            }
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        errors.Immutable(Handler, obj["handler"], old["handler"]);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        (obj.At("scheduling.nodeSelector") as JsonObject ?? [])
            .Select(label => NodeLabelWarnings.Of(label.Key))
            .Where(message => message is not null)
            .Select(message => $"scheduling.nodeSelector: {message}");

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.Field("Handler", "The runtime's name for it", "handler"), Columns.Age];
}
