using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What ConfigMaps and Secrets share: keys, the size of all values, and being immutable (KEP-1412).</summary>
internal static class DataRules
{
    /// <summary>Both end in one record of the store and in the memory of kubelets: upstream's bound.</summary>
    private const int MaxBytes = 1024 * 1024;

    public static void CheckKey(FieldPath path, string key, FieldErrorList errors)
    {
        foreach (var message in NameRules.IsConfigMapKey(key))
        {
            errors.Invalid(path, key, message);
        }
    }

    public static void CheckSize(FieldPath path, long sizeBytes, FieldErrorList errors)
    {
        if (sizeBytes > MaxBytes)
        {
            errors.TooLong(path, MaxBytes);
        }
    }

    /// <summary>Once an object is immutable neither its data nor that may change.</summary>
    public static void CheckImmutable(JsonObject obj, JsonObject old, ReadOnlySpan<string> fields, FieldErrorList errors)
    {
        const string detail = "field is immutable when `immutable` is set";
        if (!old.Flag("immutable"))
        {
            return;
        }

        if (!obj.Flag("immutable"))
        {
            errors.Forbidden(FieldPath.Of("immutable"), detail);
        }

        foreach (var field in fields)
        {
            if (!JsonNode.DeepEquals(obj[field] ?? new JsonObject(), old[field] ?? new JsonObject()))
            {
                errors.Forbidden(FieldPath.Of(field), detail);
            }
        }
    }

    public static long TextBytes(JsonNode? value) => Encoding.UTF8.GetByteCount((string?)value ?? "");

    public static long Base64Bytes(JsonNode? value)
    {
        var text = (string?)value ?? "";
        return (text.Length / 4 * 3) - (text.Length - text.TrimEnd('=').Length);
    }
}
