using System.Text;
using System.Text.Json.Nodes;

namespace Kube1.Api.Validation;

/// <summary>
/// What holds for the metadata of every object, in upstream's words (k8s.io/apimachinery/pkg/api/validation). Expects
/// an object as <see cref="Schema.ObjectDecoder"/> makes it.
/// </summary>
public static class ObjectMetaValidation
{
    /// <summary>All keys and values of an object's annotations together.</summary>
    public const int MaxAnnotationBytes = 256 * 1024;

    private const string Immutable = "field is immutable";
    private const string Orphan = "orphan";
    private const string ForegroundDeletion = "foregroundDeletion";

    private static readonly string[] FixedFields =
        ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>
    /// Checks the metadata of an object at "metadata". Of built-in kinds, finalizers must be known or have a domain;
    /// extensions <paramref name="takesAnyFinalizer"/>.
    /// </summary>
    public static void Validate(
        JsonObject obj, bool namespaced, NameRule nameRule, FieldErrorList errors, bool takesAnyFinalizer = false) =>
        Validate(obj, namespaced, nameRule, FieldPath.Of("metadata"), errors, takesAnyFinalizer);

    /// <summary>Checks the metadata of an object that is to be created, or of a template.</summary>
    public static void Validate(
        JsonObject obj, bool namespaced, NameRule nameRule, FieldPath path, FieldErrorList errors,
        bool takesAnyFinalizer = false)
    {
        var metadata = ObjectMetadata.Of(obj);
        if (metadata.GenerateName.Length > 0)
        {
            Add(errors, path.Child("generateName"), metadata.GenerateName, nameRule(metadata.GenerateName, true));
        }

        if (metadata.Name.Length == 0)
        {
            errors.Required(path.Child("name"), "name or generateName is required");
        }
        else
        {
            Add(errors, path.Child("name"), metadata.Name, nameRule(metadata.Name, false));
        }

        ValidateNamespace(metadata.Namespace, namespaced, path.Child("namespace"), errors);
        ValidateCommon(metadata, path, errors, takesAnyFinalizer);
    }

    /// <summary>Checks the metadata of a change against what is stored, at "metadata".</summary>
    public static void ValidateUpdate(
        JsonObject obj, JsonObject old, FieldErrorList errors, bool takesAnyFinalizer = false) =>
        ValidateUpdate(obj, old, FieldPath.Of("metadata"), errors, takesAnyFinalizer);

    /// <summary>Checks the metadata of a change against what is stored.</summary>
    public static void ValidateUpdate(
        JsonObject obj, JsonObject old, FieldPath path, FieldErrorList errors, bool takesAnyFinalizer = false)
    {
        var metadata = ObjectMetadata.Of(obj);
        var before = ObjectMetadata.Of(old);
        if (before.DeletionTimestamp is not null)
        {
            string[] added = [.. metadata.Finalizers.Except(before.Finalizers).Order(StringComparer.Ordinal)];
            if (added.Length > 0)
            {
                var list = string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""));
                errors.Forbidden(
                    path.Child("finalizers"),
                    "no new finalizers can be added if the object is being deleted, found new finalizers "
                    + $"[]string{{{list}}}");
            }
        }

        if (metadata.Generation < before.Generation)
        {
            errors.Invalid(path.Child("generation"), metadata.Generation, "must not be decremented");
        }

        foreach (var field in FixedFields)
        {
            var value = metadata.Json?[field];
            if (!JsonNode.DeepEquals(value, before.Json?[field]))
            {
                errors.Invalid(path.Child(field), Display(value), Immutable);
            }
        }

        ValidateCommon(metadata, path, errors, takesAnyFinalizer);
    }

    /// <summary>A finalizer's name has a domain, unless it is one of Kubernetes' own.</summary>
    public static void ValidateFinalizerKnown(string finalizer, FieldPath path, FieldErrorList errors)
    {
        if (!finalizer.Contains('/', StringComparison.Ordinal)
            && finalizer is not ("kubernetes" or Orphan or ForegroundDeletion))
        {
            errors.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    /// <summary>Checks keys and values of labels.</summary>
    public static void ValidateLabels(JsonObject? labels, FieldPath path, FieldErrorList errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            Add(errors, path, key, NameRules.IsQualifiedName(key));
            var text = value?.GetValue<string>() ?? "";
            Add(errors, path, text, NameRules.IsLabelValue(text));
        }
    }

    /// <summary>Checks keys and values of labels.</summary>
    public static void ValidateLabels(
        IReadOnlyDictionary<string, string>? labels, FieldPath path, FieldErrorList errors)
    {
        if (labels is null)
        {
            return;
        }

        foreach (var (key, value) in labels)
        {
            Add(errors, path, key, NameRules.IsQualifiedName(key));
            Add(errors, path, value, NameRules.IsLabelValue(value));
        }
    }

    /// <summary>Checks keys and the total size of annotations.</summary>
    public static void ValidateAnnotations(JsonObject? annotations, FieldPath path, FieldErrorList errors)
    {
        var sizeBytes = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            // Upper-case letters are let through in prefixes, for old objects' sake.
            Add(errors, path, key, NameRules.IsQualifiedName(key.ToLowerInvariant()));
            sizeBytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value?.GetValue<string>() ?? "");
        }

        if (sizeBytes > MaxAnnotationBytes)
        {
            errors.TooLong(path, MaxAnnotationBytes);
        }
    }

    private static void ValidateNamespace(string value, bool namespaced, FieldPath path, FieldErrorList errors)
    {
        if (!namespaced)
        {
            if (value.Length > 0)
            {
                errors.Forbidden(path, "not allowed on this type");
            }
        }
        else if (value.Length == 0)
        {
            errors.Required(path);
        }
        else
        {
            Add(errors, path, value, NameRules.Label(value, false));
        }
    }

    private static void ValidateCommon(
        ObjectMetadata metadata, FieldPath path, FieldErrorList errors, bool takesAnyFinalizer)
    {
        if (metadata.Generation < 0)
        {
            errors.Invalid(path.Child("generation"), metadata.Generation, "must be greater than or equal to 0");
        }

        ValidateLabels(metadata.Labels, path.Child("labels"), errors);
        ValidateAnnotations(metadata.Annotations, path.Child("annotations"), errors);
        ValidateOwners(metadata.OwnerReferences, path.Child("ownerReferences"), errors);
        ValidateFinalizers(metadata.Finalizers, path.Child("finalizers"), errors, takesAnyFinalizer);
    }

    private static void ValidateOwners(JsonArray? owners, FieldPath path, FieldErrorList errors)
    {
        var controller = "";
        foreach (var owner in (owners ?? []).OfType<JsonObject>())
        {
            var apiVersion = Text(owner, "apiVersion");
            var kind = Text(owner, "kind");
            if (apiVersion.EndsWith('/') || apiVersion.Length == 0)
            {
                errors.Invalid(path.Child("apiVersion"), apiVersion, "version must not be empty");
            }

            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (Text(owner, field).Length == 0)
                {
                    errors.Invalid(path.Child(field), "", "must not be empty");
                }
            }

            // An Event cannot own: it vanishes by itself.
            if (apiVersion == "v1" && kind == "Event")
            {
                errors.Invalid(path, VerbatimValue.Of(owner), "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner["controller"] is JsonValue flag && flag.TryGetValue<bool>(out var controls) && controls)
            {
                var name = $"{kind}/{Text(owner, "name")}";
                if (controller.Length > 0)
                {
                    errors.Invalid(
                        path, VerbatimValue.Of(owners),
                        "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + $"{controller} and {name}");
                }
                else
                {
                    controller = name;
                }
            }
        }
    }

    private static void ValidateFinalizers(
        IReadOnlyList<string> finalizers, FieldPath path, FieldErrorList errors, bool takesAny)
    {
        foreach (var finalizer in finalizers)
        {
            Add(errors, path, finalizer, NameRules.IsQualifiedName(finalizer));
        }

        if (finalizers.Contains(Orphan) && finalizers.Contains(ForegroundDeletion))
        {
            errors.Invalid(
                path, VerbatimValue.List(finalizers), $"finalizer {Orphan} and {ForegroundDeletion} cannot be both set");
        }

        for (var i = 0; i < finalizers.Count && !takesAny; i++)
        {
            ValidateFinalizerKnown(finalizers[i], path.Index(i), errors);
        }
    }

    private static void Add(FieldErrorList errors, FieldPath path, string value, IReadOnlyList<string> messages)
    {
        foreach (var message in messages)
        {
            errors.Invalid(path, value, message);
        }
    }

    private static object? Display(JsonNode? value) => value switch
    {
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        null => null,
        _ => VerbatimValue.Of(value),
    };

    private static string Text(JsonObject owner, string field) =>
        owner[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
