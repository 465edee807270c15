using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// The x-kubernetes-validations of the schema of a custom resource, compiled once for all requests.
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
/// </summary>
internal sealed class SchemaRules
{
    // After such errors a value need not have the form that rules were checked against.
    private static readonly string[] BlockingReasons =
    [
        "FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid",
    ];

    private readonly RuleNode _root;
    private readonly StructuralSchema _schema;

    private SchemaRules(RuleNode root, StructuralSchema schema)
    {
        _root = root;
        _schema = schema;
    }

    /// <summary>Compiles the rules; null when the schema has none.</summary>
    public static SchemaRules? Compile(StructuralSchema schema) =>
        RuleNode.Compile(schema, isResource: true) is { } root ? new SchemaRules(root, schema) : null;

    /// <summary>
    /// Adds what rules say against an object; <paramref name="old"/> is null on create. <paramref name="errors"/> has what
    /// was found before: some of it keeps rules from running. A rule that is broken as it was before an update is told as
    /// a warning.
    /// </summary>
    public void Validate(
        JsonObject obj, JsonObject? old, FieldErrorList errors, Action<string>? warn = null,
        CancellationToken cancellationToken = default)
    {
        if (errors.Any(e => BlockingReasons.Contains(e.Reason)))
        {
            errors.Invalid(
                FieldPath.None, null,
                "some validation rules were not checked because the object was invalid; correct the existing errors to "
                + "complete validation");
            return;
        }

        var ratchet = old is null ? default : new Ratchet(new ChangedValue(_schema, obj, old), null);
        new RuleRun(errors, warn, ExpressionLimits.PerObject, cancellationToken).Check(_root, obj, old, ratchet, null);
    }

    /// <summary>
    /// Checks a default by the rules of its schema: as a value that stays what it is, and as a new one. Returns what is
    /// left of the budget, which all defaults of a definition share.
    /// </summary>
    public static long ValidateDefault(
        StructuralSchema schema, bool isResource, JsonNode value, FieldPath path, long budget, FieldErrorList errors)
    {
        if (budget < 0 || RuleNode.Compile(schema, isResource) is not { } root)
        {
            return budget;
        }

        var before = errors.Count;
        var unchanged = new RuleRun(errors, null, budget, CancellationToken.None);
        unchanged.Check(root, value, value, default, path);
        if (errors.Count > before)
        {
            return unchanged.Budget;
        }

        var added = new RuleRun(errors, null, budget, CancellationToken.None);
        added.Check(root, value, null, default, path);
        return Math.Min(unchanged.Budget, added.Budget);
    }
}
