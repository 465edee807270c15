using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Rules;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// Defaults must obey the schema that they stand in, have no unknown fields and make valid metadata
/// (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting ValidateDefaults).
/// </summary>
internal sealed class DefaultRules
{
    private readonly FieldErrorList _errors;
    private readonly bool _requirePruned;

    // The way from the resource around to the schema: names, and null for items.
    private List<string?> _steps = [];

    // What the rules about all defaults may still cost.
    private long _budget = ExpressionLimits.PerObject;

    private DefaultRules(FieldErrorList errors, bool requirePruned)
    {
        _errors = errors;
        _requirePruned = requirePruned;
    }

    /// <summary>Checks all defaults in the schema of a resource.</summary>
    public static void Validate(StructuralSchema schema, bool requirePruned, FieldPath path, FieldErrorList errors)
    {
        if (schema.HasDefaults)
        {
            new DefaultRules(errors, requirePruned).Check(schema, schema, true, false, path);
        }
    }

    /// <summary>Whether some default has fields that the schema does not know: older versions allowed them.</summary>
    public static bool HasUnprunedDefaults(StructuralSchema schema) =>
        schema.HasDefaults
        && ((schema.Default is { } value && !IsPruned(value, schema, schema.IsEmbeddedResource))
            || (schema.Items is { } items && HasUnprunedDefaults(items))
            || schema.Properties.Values.Any(HasUnprunedDefaults));

    private void Check(StructuralSchema schema, StructuralSchema resource, bool isResource, bool insideMeta, FieldPath path)
    {
        if (!schema.HasDefaults)
        {
            return;
        }

        var outer = _steps;
        if (isResource || schema.IsEmbeddedResource)
        {
            (isResource, insideMeta, resource, _steps) = (true, false, schema, []);
        }

        if (schema.Default is { } value)
        {
            var at = path.Child("default");
            var isSound = insideMeta ? CheckMeta(value, resource, at) : CheckValue(value, schema, isResource, at);
            if (isSound)
            {
                CheckBySchema(schema, value, isResource, at);
            }
        }

        if (schema.Items is { } items)
        {
            _steps.Add(null);
            Check(items, resource, false, insideMeta, path.Child("items"));
            _steps.RemoveAt(_steps.Count - 1);
        }

        foreach (var (name, property) in schema.Properties)
        {
            var isMeta = insideMeta || (isResource && name is "metadata" or "apiVersion" or "kind");
            _steps.Add(name);
            Check(property, resource, false, isMeta, path.Child("properties").Key(name));
            _steps.RemoveAt(_steps.Count - 1);
        }

        _steps = outer;
    }

    private void CheckBySchema(StructuralSchema schema, JsonNode value, bool isResource, FieldPath at)
    {
        var before = _errors.Count;
        SchemaValidator.Validate(schema, value, null, at, _errors);
        if (_errors.Count == before)
        {
            _budget = SchemaRules.ValidateDefault(schema, isResource, value, at, _budget, _errors);
        }
    }

    // A default within metadata is looked at with the whole resource around it.
    private bool CheckMeta(JsonNode value, StructuralSchema resource, FieldPath at)
    {
        var whole = Surround(value);
        var found = new FieldErrorList();
        EmbeddedMetadata.Coerce(whole, resource, isResource: true, dropsInvalid: false, null, found);
        if (found.Count == 0)
        {
            EmbeddedMetadata.Validate(whole, resource, isResource: true, null, found);
        }

        if (found.Count == 0)
        {
            return true;
        }

        var texts = found.Select(e => e.ToString()).Distinct().ToList();
        _errors.Invalid(
            at, GoValues.Shown(value),
            "must result in valid metadata: " + (texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts) + "]"));
        return false;
    }

    private bool CheckValue(JsonNode value, StructuralSchema schema, bool isResource, FieldPath at)
    {
        if (_requirePruned && !IsPruned(value, schema, isResource))
        {
            _errors.Invalid(at, GoValues.Shown(value), "must not have unknown fields");
        }

        var found = new FieldErrorList();
        var coerced = value.DeepClone();
        EmbeddedMetadata.Coerce(coerced, schema, isResource, dropsInvalid: false, at, found);
        if (found.Count == 0)
        {
            EmbeddedMetadata.Validate(coerced, schema, isResource, at, found);
        }

        _errors.AddRange(found);
        return found.Count == 0;
    }

    private static bool IsPruned(JsonNode value, StructuralSchema schema, bool isResource)
    {
        var pruned = value.DeepClone();
        Pruning.Prune(pruned, schema, isResource);
        return JsonNode.DeepEquals(pruned, value);
    }

    private JsonObject Surround(JsonNode value)
    {
        var node = value.DeepClone();
        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            node = _steps[i] is { } name ? new JsonObject { [name] = node } : new JsonArray(node);
        }

        var whole = node as JsonObject ?? [];
        whole.TryAdd("kind", "Validation");
        whole.TryAdd("apiVersion", "validation/v1");
        return whole;
    }
}
