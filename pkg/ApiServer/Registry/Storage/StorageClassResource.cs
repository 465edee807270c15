using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>StorageClasses: https://kubernetes.io/docs/concepts/storage/storage-classes/</summary>
internal sealed class StorageClassResource : ResourceStrategy
{
    private static readonly string[] DefaultMarks =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        obj.Default("reclaimPolicy", "Delete");
        obj.Default("volumeBindingMode", "Immediate");
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        DriverRules.ValidateProvisioner(obj.Text("provisioner"), FieldPath.Of("provisioner"), errors);
        DriverRules.ValidateParameters(obj.Child("parameters"), mayBeEmpty: true, FieldPath.Of("parameters"), errors);
        if (obj.Text("reclaimPolicy") is { Length: > 0 } policy and not ("Delete" or "Retain"))
        {
            errors.NotOneOf(FieldPath.Of("reclaimPolicy"), policy, "Delete", "Retain");
        }

        var mode = obj.Text("volumeBindingMode");
        if (obj["volumeBindingMode"] is null)
        {
            errors.Required(FieldPath.Of("volumeBindingMode"));
        }
        else if (mode is not ("Immediate" or "WaitForFirstConsumer"))
        {
            errors.NotOneOf(FieldPath.Of("volumeBindingMode"), mode, "Immediate", "WaitForFirstConsumer");
        }

        ValidateTopologies(obj, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        DriverRules.Kept(obj, old, errors, "parameters", "provisioner", "reclaimPolicy");
        errors.Immutable(FieldPath.Of("volumeBindingMode"), obj["volumeBindingMode"], old["volumeBindingMode"]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        from term in obj.Items("allowedTopologies").Indexed(FieldPath.Of("allowedTopologies"))
        from expression in term.Item.Items("matchLabelExpressions").Indexed(term.Path.Child("matchLabelExpressions"))
        let message = NodeLabelWarnings.Of(expression.Item.Text("key"))
        where message is not null
        select $"{expression.Path.Child("key")}: {message}";

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name with { Cell = (o, _) => o.Text("metadata.name") + (IsDefault(o) ? " (default)" : "") },
        Columns.Field("Provisioner", "Who makes its volumes", "provisioner"),
        Columns.Field("ReclaimPolicy", "What becomes of a volume after its claim", "reclaimPolicy", "Delete"),
        Columns.Field("VolumeBindingMode", "When a claim is bound", "volumeBindingMode", "Immediate"),
        Columns.Flag("AllowVolumeExpansion", "Whether volumes can grow", "allowVolumeExpansion") with { Type = "string" },
        Columns.Age,
    ];

    private static void ValidateTopologies(JsonObject obj, FieldErrorList errors)
    {
        var seen = new HashSet<string>();
        foreach (var (term, at) in obj.Items("allowedTopologies").Indexed(FieldPath.Of("allowedTopologies")))
        {
            var path = at.Child("matchLabelExpressions");
            var keys = new HashSet<string>();
            foreach (var (expression, expressionAt) in term.Items("matchLabelExpressions").Indexed(path))
            {
                ValidateExpression(expression, expressionAt, errors);
                if (!keys.Add(expression.Text("key")))
                {
                    errors.Duplicate(expressionAt.Child("key"), expression.Text("key"));
                }
            }

            // Two terms that say the same, in whatever order.
            var meaning = string.Join('\n', term.Items("matchLabelExpressions")
                .Select(e => e.Text("key") + "=" + string.Join(',', e.Texts("values").Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal));
            if (!seen.Add(meaning))
            {
                errors.Duplicate(path, "");
            }
        }
    }

    private static void ValidateExpression(JsonObject expression, FieldPath path, FieldErrorList errors)
    {
        if (expression.Count("values") == 0)
        {
            errors.Required(path.Child("values"));
        }

        var values = new HashSet<string>();
        foreach (var (value, at) in expression.Texts("values").Indexed(path.Child("values")))
        {
            if (!values.Add(value))
            {
                errors.Duplicate(at, value);
            }
        }

        errors.AddMessages(path.Child("key"), expression.Text("key"), NameRules.IsQualifiedName, evenEmpty: true);
    }

    private static bool IsDefault(JsonObject obj) =>
        DefaultMarks.Any(mark => (string?)obj.Child("metadata").Child("annotations")?[mark] == "true");
}
