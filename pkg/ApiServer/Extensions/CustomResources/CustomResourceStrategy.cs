using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.JsonPaths;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// The behaviour of one version of a custom resource, as its definition says it
/// (k8s.io/apiextensions-apiserver/pkg/registry/customresource).
/// </summary>
internal sealed class CustomResourceStrategy : ResourceStrategy
{
    private static readonly string[] StandardFinalizers = ["orphan", "foregroundDeletion", "kubernetes"];

    private readonly CustomVersion _version;

    /// <summary>Reads the version of a definition with this spec.</summary>
    public CustomResourceStrategy(CustomVersion version, JsonObject spec, JsonObject json)
    {
        _version = version;
        PrintColumns = CustomColumns.Read(json);
        SelectableFields = [.. json.Items("selectableFields").Select(f => Selectable(f.Text("jsonPath"))).OfType<SelectableField>()];
        Deprecation = CustomDeprecation.WarningOf(spec, json);
    }

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override bool StatusRaisesGeneration => !_version.HasStatus;

    /// <inheritdoc/>
    public override bool TakesAnyFinalizer => true;

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override string? Deprecation { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; }

    /// <inheritdoc/>
    public override ScaleMapping? Scale => _version.ScaleMapping;

    /// <inheritdoc/>
    public override string FieldNotSupported(string path) => $"field label not supported: {path}";

    /// <inheritdoc/>
    public override void Default(JsonObject obj) => _version.Schema.Default(obj);

    /// <summary>Keeps all but the status, metadata included; who changed the status is noted all the same.</summary>
    public override void PrepareForStatusUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        KeepAllBut(obj, old, "status");
        var owners = obj["metadata"]?["managedFields"];
        owners?.Parent!.AsObject().Remove("managedFields");
        Keep("metadata", obj, old);
        var metadata = ObjectMetadata.Of(obj).GetOrCreate();
        metadata.Remove("managedFields");
        if (owners is not null)
        {
            metadata["managedFields"] = owners;
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        if (HasItsKind(obj, errors))
        {
            _version.Schema.Validate(obj, null, errors);
            ValidateScale(obj, errors);
            _version.Schema.Rules?.Validate(obj, null, errors, context.Warn);
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (HasItsKind(obj, errors))
        {
            _version.Schema.Validate(obj, old, errors);
            ValidateScale(obj, errors);
            _version.Schema.Rules?.Validate(obj, old, errors, context.Warn);
        }
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (HasItsKind(obj, errors))
        {
            _version.Schema.ValidateStatus(obj, old, errors);
            CustomScaleRules.ValidateStatus(_version.ScaleMapping, obj, errors);
            _version.Schema.Rules?.Validate(obj, old, errors, context.Warn);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var before = old is null ? [] : ObjectMetadata.Of(old).Finalizers;
        return ObjectMetadata.Of(obj).Finalizers.Except(before).Order(StringComparer.Ordinal).SelectMany(WarningsOf);
    }

    private void ValidateScale(JsonObject obj, FieldErrorList errors)
    {
        CustomScaleRules.ValidateSpec(_version.ScaleMapping, obj, errors);
        CustomScaleRules.ValidateStatus(_version.ScaleMapping, obj, errors);
    }

    private bool HasItsKind(JsonObject obj, FieldErrorList errors)
    {
        var (kind, apiVersion) = (obj.Text("kind"), obj.Text("apiVersion"));
        if (kind != _version.Kind.Kind)
        {
            errors.Invalid(FieldPath.Of("kind"), kind, $"must be {_version.Kind.Kind}");
        }

        if (apiVersion != _version.Kind.ApiVersion)
        {
            errors.Invalid(FieldPath.Of("apiVersion"), apiVersion, $"must be {_version.Kind.ApiVersion}");
        }

        return kind == _version.Kind.Kind && apiVersion == _version.Kind.ApiVersion;
    }

    private static IEnumerable<string> WarningsOf(string finalizer)
    {
        const string path = "metadata.finalizers";
        foreach (var message in NameRules.IsQualifiedName(finalizer))
        {
            yield return $"{path}: \"{finalizer}\": {message}";
        }

        if (!finalizer.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizer))
        {
            var including = finalizer.Contains('.', StringComparison.Ordinal) ? " including a path (/)" : "";
            yield return $"{path}: \"{finalizer}\": prefer a domain-qualified finalizer name{including} to avoid accidental "
                + "conflicts with other finalizer writers";
        }
    }

    private static SelectableField? Selectable(string path) => JsonPath.TryParse(path, out var parsed)
        ? new SelectableField(path.TrimStart('.'), obj => parsed.TryFind(obj, out var value) ? value?.ToString() ?? "" : "")
        : null;
}
