using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Apps;

/// <summary>ControllerRevisions: past states of DaemonSets and StatefulSets. Their data never changes.</summary>
internal sealed class ControllerRevisionResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        if (obj["data"] is null)
        {
            errors.Required(FieldPath.Of("data"), "data is mandatory");
        }

        errors.NotNegative(FieldPath.Of("revision"), obj.Integer("revision"));
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        errors.Immutable(FieldPath.Of("data"), obj["data"], old["data"]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Controller", "Workload that it is a state of", Controller),
        Columns.NumberAsText("Revision", "Its number among the states", "revision"),
        Columns.Age,
    ];

    private static string Controller(JsonObject obj)
    {
        var owner = obj.Child("metadata").Items("ownerReferences").FirstOrDefault(r => r.Flag("controller"));
        if (owner is null)
        {
            return Columns.None;
        }

        var version = owner.Text("apiVersion");
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : "." + version[..slash];
        return $"{owner.Text("kind")}{group}/{owner.Text("name")}".ToLowerInvariant();
    }
}
