using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core.PodSpecs;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What PersistentVolumeClaims and templates of them must obey, with upstream's paths and words.</summary>
internal static class ClaimRules
{
    /// <summary>The storage class, before it had a field.</summary>
    public const string BetaClass = "volume.beta.kubernetes.io/storage-class";

    private const string Immutable = "field is immutable";

    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    private static readonly string[] VolumeModes = ["Block", "Filesystem"];

    private static readonly string[] ResizeStatuses =
    [
        "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible",
        "NodeResizePending",
    ];

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath StorageRequest = Spec.Child("resources", "requests", "storage");

    /// <summary>Checks a claim's spec.</summary>
    public static void Validate(V1PersistentVolumeClaimSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.AccessModes is not { Count: > 0 })
        {
            errors.Required(path.Child("accessModes"), "at least 1 access mode is required");
        }

        LabelSelectorValidation.Validate(spec.Selector, path.Child("selector"), errors);
        ValidateAccessModes(spec.AccessModes, path.Child("accessModes"), errors);
        var size = path.Child("resources").Key("storage");
        if (spec.Resources?.Requests?.TryGetValue("storage", out var request) != true)
        {
            errors.Required(size);
        }
        else
        {
            ValidatePositive(request, size, errors);
        }

        errors.AddMessages(path.Child("storageClassName"), spec.StorageClassName, NameRules.IsDns1123Subdomain);
        ValidateVolumeMode(spec.VolumeMode, path, errors);
        ValidateSources(spec, path, errors);
        errors.AddMessages(
            path.Child("volumeAttributesClassName"), spec.VolumeAttributesClassName, NameRules.IsDns1123Subdomain);
    }

    /// <summary>Checks the template of a claim: of its metadata only labels and annotations mean anything.</summary>
    public static void ValidateTemplate(V1PersistentVolumeClaimTemplate template, FieldPath path, FieldErrorList errors)
    {
        var metadata = template.Metadata is null ? [] : KubeJson.ToJson(template.Metadata);
        var at = path.Child("metadata");
        ObjectMetaValidation.ValidateAnnotations(metadata.Child("annotations"), at.Child("annotations"), errors);
        ObjectMetaValidation.ValidateLabels(metadata.Child("labels"), at.Child("labels"), errors);
        foreach (var (field, _) in metadata)
        {
            if (field is not ("annotations" or "labels"))
            {
                errors.Forbidden(at.Child(field == "uid" ? "uID" : field), "cannot be set");
            }
        }

        Validate(template.Spec, path.Child("spec"), errors);
    }

    /// <summary>Access modes of claims and volumes.</summary>
    public static void ValidateAccessModes(List<string>? modes, FieldPath path, FieldErrorList errors)
    {
        var (once, other) = (false, false);
        foreach (var mode in modes ?? [])
        {
            var isKnown = AccessModes.Contains(mode);
            if (!isKnown)
            {
                errors.NotSupported(path, mode, AccessModes);
            }

            once |= mode == "ReadWriteOncePod";
            other |= isKnown && mode != "ReadWriteOncePod";
        }

        if (once && other)
        {
            errors.Forbidden(path, "may not use ReadWriteOncePod with other access modes");
        }
    }

    /// <summary>The mode of claims and volumes.</summary>
    public static void ValidateVolumeMode(string? mode, FieldPath path, FieldErrorList errors)
    {
        if (mode is not null && !VolumeModes.Contains(mode))
        {
            errors.NotSupported(path.Child("volumeMode"), mode, VolumeModes);
        }
    }

    /// <summary>An amount above zero.</summary>
    public static void ValidatePositive(ResourceQuantity amount, FieldPath path, FieldErrorList errors)
    {
        if (amount.Sign <= 0)
        {
            errors.Invalid(path, amount.ToString(), "must be greater than zero");
        }
    }

    /// <summary>An amount that is not negative, in the words for statuses and capacities.</summary>
    public static void ValidateBasic(ResourceQuantity amount, FieldPath path, FieldErrorList errors)
    {
        if (amount.LongValue < 0)
        {
            errors.Invalid(path, amount.LongValue, "must be a valid resource quantity");
        }
    }

    /// <summary>A claim can grow once it is bound, and change its attributes class; nothing else.</summary>
    public static void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var (now, before) = ((obj.Child("spec") ?? []).DeepClone().AsObject(), (old.Child("spec") ?? []).DeepClone().AsObject());
        if (before.Text("volumeName").Length == 0)
        {
            // Binding sets it, once.
            PodUpdateRules.Take("volumeName", before, now);
        }

        TakeStorageClass(obj, old, now, before, errors);
        if (obj.Text("status.phase") == "Bound")
        {
            TakeWhatBoundClaimsChange(now, before);
        }

        if (!JsonNode.DeepEquals(now, before))
        {
            errors.Forbidden(
                Spec,
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
                + FieldDifference.Of(now, before));
        }

        ValidateSize(obj, old, errors);
        errors.Immutable(FieldPath.Of("volumeMode"), obj.At("spec.volumeMode"), old.At("spec.volumeMode"), Immutable);
        if (old.At("spec.volumeAttributesClassName") is not null)
        {
            var path = Spec.Child("volumeAttributesClassName");
            if (obj.At("spec.volumeAttributesClassName") is null)
            {
                errors.Forbidden(path, "update from non-nil value to nil is forbidden");
            }
            else if (obj.Text("spec.volumeAttributesClassName").Length == 0
                && old.Text("spec.volumeAttributesClassName").Length > 0)
            {
                errors.Forbidden(path, "update from non-nil value to an empty string is forbidden");
            }
        }
    }

    /// <summary>Checks a changed status.</summary>
    public static void ValidateStatus(JsonObject obj, FieldErrorList errors)
    {
        if (obj.Count("spec.accessModes") == 0)
        {
            errors.Required(FieldPath.Of("Spec", "accessModes"));
        }

        var status = KubeJson.Deserialize<V1PersistentVolumeClaimStatus>(obj.Child("status") ?? []);
        var path = FieldPath.Of("status");
        foreach (var (name, amount) in status.Capacity ?? [])
        {
            ValidateBasic(amount, path.Child("capacity").Key(name), errors);
        }

        var at = path.Child("allocatedResourceStatus");
        foreach (var (name, state) in status.AllocatedResourceStatuses ?? [])
        {
            ValidateStorageKey(name, at, errors);
            if (!ResizeStatuses.Contains(state))
            {
                errors.NotSupported(at, name, ResizeStatuses);
            }
        }

        foreach (var (name, amount) in status.AllocatedResources ?? [])
        {
            if (ValidateStorageKey(name, path.Child("allocatedResources"), errors))
            {
                ValidateBasic(amount, path.Child("allocatedResources").Key(name), errors);
            }
        }
    }

    /// <summary>What to say of a claim's spec at a path.</summary>
    public static void AddWarnings(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        foreach (var kind in new[] { "requests", "limits" })
        {
            ContainerWarnings.AddFraction(
                spec.Child("resources").Child(kind), "storage", path.Child("resources", kind), warnings);
        }
    }

    private static void ValidateSources(V1PersistentVolumeClaimSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.DataSource is { } source)
        {
            ValidateSource(source.Name, source.Kind, source.ApiGroup, path.Child("dataSource"), errors);
        }

        if (spec.DataSourceRef is { } reference)
        {
            ValidateSource(reference.Name, reference.Kind, reference.ApiGroup, path.Child("dataSourceRef"), errors);
            errors.AddMessages(path.Child("dataSourceRef", "namespace"), reference.Namespace, NameRules.IsDns1123Label);
        }

        if (spec.DataSource is null || spec.DataSourceRef is null)
        {
            return;
        }

        if (!string.IsNullOrEmpty(spec.DataSourceRef.Namespace))
        {
            errors.Invalid(path, VerbatimValue.Opaque, "may not be specified when dataSourceRef.namespace is specified");
        }
        else if ((spec.DataSource.ApiGroup, spec.DataSource.Kind, spec.DataSource.Name)
            != (spec.DataSourceRef.ApiGroup, spec.DataSourceRef.Kind, spec.DataSourceRef.Name))
        {
            errors.Invalid(path, VerbatimValue.Opaque, "must match dataSourceRef");
        }
    }

    private static void ValidateSource(string name, string kind, string? group, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("name"), name);
        errors.RequiredText(path.Child("kind"), kind);
        if (string.IsNullOrEmpty(group) && kind != "PersistentVolumeClaim")
        {
            errors.Invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }

        errors.AddMessages(path.Child("apiGroup"), group, NameRules.IsDns1123Subdomain);
    }

    // A class given later, or moved from the annotation to the field, is no change.
    private static void TakeStorageClass(
        JsonObject obj, JsonObject old, JsonObject now, JsonObject before, FieldErrorList errors)
    {
        var (annotation, known) = (Beta(obj), Beta(old));
        var (name, had) = ((string?)now["storageClassName"], (string?)before["storageClassName"]);
        if (known is not null && had is null && name == known && (annotation is null || annotation == known))
        {
            now.Remove("storageClassName");
            return;
        }

        if ((annotation ?? "") != (known ?? ""))
        {
            errors.Invalid(FieldPath.Of("metadata", "annotations", BetaClass), annotation ?? "", Immutable);
        }

        if (name is not null && had is null && (known is null || name == known))
        {
            now.Remove("storageClassName");
        }
    }

    private static string? Beta(JsonObject obj) => (string?)obj.Child("metadata").Child("annotations")?[BetaClass];

    private static void TakeWhatBoundClaimsChange(JsonObject now, JsonObject before)
    {
        if (now.Child("resources").Child("requests") is { } requests)
        {
            PodUpdateRules.Take("storage", requests, before.Child("resources").Child("requests") ?? []);
        }

        if (now["volumeAttributesClassName"] is not null)
        {
            PodUpdateRules.Take("volumeAttributesClassName", now, before);
        }
    }

    private static void ValidateSize(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        _ = ResourceQuantity.TryParse(obj.Text("spec.resources.requests.storage"), out var size);
        _ = ResourceQuantity.TryParse(old.Text("spec.resources.requests.storage"), out var known);
        _ = ResourceQuantity.TryParse(old.Text("status.capacity.storage"), out var actual);
        if (size < known && size <= actual)
        {
            errors.Forbidden(StorageRequest, "field can not be less than status.capacity");
        }
    }

    private static bool ValidateStorageKey(string name, FieldPath path, FieldErrorList errors)
    {
        var before = errors.Count;
        errors.AddMessages(path, name, NameRules.IsQualifiedName, evenEmpty: true);
        if (errors.Count == before && ResourceNames.IsNative(name) && name != "storage")
        {
            errors.NotSupported(path, name, ["storage"]);
        }

        return errors.Count == before;
    }
}
