using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>ConfigMaps: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/config-map-v1/</summary>
internal sealed class ConfigMapResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var sizeBytes = 0L;
        foreach (var field in new[] { "data", "binaryData" })
        {
            foreach (var (key, value) in obj.Child(field) ?? [])
            {
                DataRules.CheckKey(FieldPath.Of(field).Key(key), key, errors);
                var other = field == "data" ? "binaryData" : "data";
                if (obj.Child(other)?.ContainsKey(key) == true)
                {
                    errors.Invalid(FieldPath.Of(field).Key(key), key, "duplicate of key present in " + other);
                }

                sizeBytes += field == "data" ? DataRules.TextBytes(value) : DataRules.Base64Bytes(value);
            }
        }

        DataRules.CheckSize(FieldPath.Of("[]"), sizeBytes, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        DataRules.CheckImmutable(obj, old, ["data", "binaryData"], errors);
        Validate(context, obj, errors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.CountOf("Data", "Entries in it", "data", "binaryData") with { Type = "string" }, Columns.Age];
}
