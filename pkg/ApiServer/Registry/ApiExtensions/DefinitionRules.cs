using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>
/// A CustomResourceDefinition; order, paths and words are those of
/// k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation.
/// </summary>
internal static class DefinitionRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a definition, against the stored one when there is one.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        var names = spec.Child("names") ?? [];
        if (old is null && obj.Text("metadata.name") is var name
            && name != $"{names.Text("plural")}.{spec.Text("group")}")
        {
            errors.Invalid(
                FieldPath.Of("metadata", "name"), name, "must be spec.names.plural+\".\"+spec.group");
        }

        var form = new DefinitionForm(spec);
        var asked = old is null
            ? DefinitionLeniency.None
            : DefinitionLeniency.Of(form, new DefinitionForm(old.Child("spec") ?? []));
        ValidateSpec(form, old, asked, errors);
        if (old is not null)
        {
            ValidateKept(spec, old, errors);
        }

        ValidateStatus(obj, errors);
        ValidateStoredVersions(obj, form, errors);
        ApprovalRules.Validate(obj, old, errors);
        if (spec.Flag("preserveUnknownFields") && old?.Flag("spec.preserveUnknownFields") != true)
        {
            errors.Invalid(
                Spec.Child("preserveUnknownFields"), true,
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        }
    }

    /// <summary>Checks the names that were accepted.</summary>
    public static void ValidateStatus(JsonObject obj, FieldErrorList errors) => DefinitionNameRules.Validate(
        obj.Child("status").Child("acceptedNames") ?? [], FieldPath.Of("status", "acceptedNames"), errors);

    /// <summary>The value must be there and one of these.</summary>
    public static void ValidateChoice(
        string value, FieldPath path, FieldErrorList errors, params ReadOnlySpan<string> choices)
    {
        if (value.Length == 0)
        {
            errors.Required(path);
        }
        else if (!choices.Contains(value))
        {
            errors.NotOneOf(path, value, choices);
        }
    }

    private static void ValidateSpec(
        DefinitionForm form, JsonObject? old, DefinitionLeniency asked, FieldErrorList errors)
    {
        var spec = form.Spec;
        var names = spec.Child("names") ?? [];
        ValidateGroup(spec.Text("group"), Spec.Child("group"), errors);
        ValidateChoice(spec.Text("scope"), Spec.Child("scope"), errors, "Cluster", "Namespaced");
        ValidateSchemasThere(form, asked, errors);
        asked = Structural(form, asked, errors);
        ValidateVersions(form, asked, errors);
        foreach (var field in new[] { "plural", "singular", "kind", "listKind" })
        {
            errors.RequiredText(Spec.Child("names", field), names.Text(field));
        }

        DefinitionNameRules.Validate(names, Spec.Child("names"), errors);
        if (form.Shared("schema").Schema() is { } schema)
        {
            var hasStatus = form.Versions.Exists(v => v.Child("subresources").Child("status") is not null);
            var isUnchanged = form.Versions.Count > 0 && asked.UnchangedSchemas.Contains(form.Versions[0].Text("name"));
            DefinitionSchemaRules.Validate(schema, hasStatus, asked, isUnchanged, Spec.Child("validation"), errors);
        }

        VersionRules.ValidateShared(form, asked, Spec, errors);
        if (spec.Child("conversion") is { } conversion)
        {
            if (conversion.Text("strategy") != "None" && spec.Flag("preserveUnknownFields"))
            {
                errors.Invalid(
                    Spec.Child("conversion", "strategy"), conversion.Text("strategy"),
                    "must be None if spec.preserveUnknownFields is true");
            }

            ConversionRules.Validate(conversion, old, Spec.Child("conversion"), errors);
        }
    }

    private static void ValidateGroup(string group, FieldPath path, FieldErrorList errors)
    {
        if (group.Length == 0)
        {
            errors.Required(path);
        }
        else if (NameRules.IsDns1123Subdomain(group) is { Count: > 0 } wrong)
        {
            errors.Invalid(path, group, string.Join(',', wrong));
        }
        else if (!group.Contains('.', StringComparison.Ordinal))
        {
            errors.Invalid(path, group, "should be a domain with at least one dot");
        }
    }

    private static void ValidateSchemasThere(DefinitionForm form, DefinitionLeniency asked, FieldErrorList errors)
    {
        if (form.Shared("schema").Schema() is not null || (!asked.RequireSchema && form.Spec.Flag("preserveUnknownFields")))
        {
            return;
        }

        foreach (var (version, at) in form.Versions.Indexed(Spec.Child("versions")))
        {
            if (form.Own(version, "schema").Schema() is not null)
            {
                continue;
            }

            if (asked.RequireSchema)
            {
                errors.Required(at.Child("schema", "openAPIV3Schema"));
            }
            else if (version.Flag("served"))
            {
                errors.Required(at.Child("schema", "openAPIV3Schema"), "because otherwise all fields are pruned");
            }
        }
    }

    // Pruning, defaults and extensions make sense in structural schemas alone.
    private static DefinitionLeniency Structural(DefinitionForm form, DefinitionLeniency asked, FieldErrorList errors)
    {
        var preserves = form.Spec.Flag("preserveUnknownFields");
        var all = form.Schemas.SelectMany(SchemaTraversal.All).ToList();
        var hasDefaults = all.Exists(s => s["default"] is not null);
        if (hasDefaults && preserves)
        {
            errors.Invalid(
                Spec.Child("preserveUnknownFields"), true, "must be false in order to use defaults in the schema");
        }

        return asked with
        {
            RequireStructural = asked.RequireStructural || !preserves || hasDefaults || all.Exists(HasExtensions),
        };
    }

    private static bool HasExtensions(JsonObject schema) =>
        schema.Flag("x-kubernetes-embedded-resource") || schema["x-kubernetes-preserve-unknown-fields"] is not null
        || schema.Flag("x-kubernetes-int-or-string") || schema.Count("x-kubernetes-list-map-keys") > 0
        || schema["x-kubernetes-list-type"] is not null || schema.Count("x-kubernetes-validations") > 0;

    private static void ValidateVersions(DefinitionForm form, DefinitionLeniency asked, FieldErrorList errors)
    {
        var path = Spec.Child("versions");
        foreach (var (version, at) in form.Versions.Indexed(path))
        {
            if (NameRules.IsDns1035Label(version.Text("name")) is { Count: > 0 } wrong)
            {
                errors.Invalid(at.Child("name"), version.Text("name"), string.Join(',', wrong));
            }

            VersionRules.Validate(form, version, asked, at, errors);
        }

        if (form.Versions.Select(v => v.Text("name")).Distinct().Count() < form.Versions.Count)
        {
            errors.Invalid(path, DefinitionText.Versions(form), "must contain unique version names");
        }

        if (form.Versions.Count(v => v.Flag("storage")) != 1)
        {
            errors.Invalid(
                path, DefinitionText.Versions(form), "must have exactly one version marked as storage version");
        }

        // Upstream keeps the first version's name at the top as well.
        if (form.Versions is [var first, ..]
            && NameRules.IsDns1035Label(first.Text("name")) is { Count: > 0 } bad && first.Text("name").Length > 0)
        {
            errors.Invalid(Spec.Child("version"), first.Text("name"), string.Join(',', bad));
        }
    }

    // What objects are stored under cannot change once there may be some.
    private static void ValidateKept(JsonObject spec, JsonObject old, FieldErrorList errors)
    {
        var before = old.Child("spec") ?? [];
        string[] fields = old.Condition("Established") == "True"
            ? ["scope", "names.kind", "group", "names.plural"]
            : ["group", "names.plural"];
        foreach (var field in fields)
        {
            errors.Immutable(Spec.Child(field), spec.At(field), before.At(field));
        }
    }

    // No version may be forgotten that objects are stored in.
    private static void ValidateStoredVersions(JsonObject obj, DefinitionForm form, FieldErrorList errors)
    {
        var path = FieldPath.Of("status", "storedVersions");
        var stored = obj.Texts("status.storedVersions").ToList();
        if (stored.Count == 0)
        {
            errors.Invalid(path, VerbatimValue.Of(null), "must have at least one stored version");
            return;
        }

        foreach (var version in form.Versions.Where(v => v.Flag("storage") && !stored.Contains(v.Text("name"))))
        {
            errors.Invalid(path, RuleExtensions.Shown(stored), "must have the storage version " + version.Text("name"));
        }

        var versions = form.Versions.Select(v => v.Text("name")).ToHashSet();
        foreach (var (version, at) in stored.Indexed(path))
        {
            if (!versions.Contains(version))
            {
                errors.Invalid(at, version, "missing from spec.versions; " + version
                    + " was previously a storage version, and must remain in spec.versions until a storage migration "
                    + "ensures no data remains persisted in " + version
                    + " and removes " + version + " from status.storedVersions");
            }
        }
    }
}
