using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>
/// Names of storage drivers and the parameters that they are given; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/storage/validation.
/// </summary>
internal static class DriverRules
{
    /// <summary>Keys and values of one map together; the drivers' protocol allows no more.</summary>
    private const int MaxParametersBytes = 256 * 1024;

    private const int MaxParameters = 512;

    private const int MaxDriverNameBytes = 63;

    /// <summary>The name of a CSI driver: a domain of 63 bytes at most.</summary>
    public static void ValidateDriverName(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (name.Length > MaxDriverNameBytes)
        {
            errors.TooLong(path, MaxDriverNameBytes);
        }

        foreach (var message in NameRules.IsDns1123Subdomain(name.ToLowerInvariant()))
        {
            errors.Invalid(path, name, message);
        }
    }

    /// <summary>The name of a provisioner, "example.com/nfs".</summary>
    public static void ValidateProvisioner(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        foreach (var message in NameRules.IsQualifiedName(name.ToLowerInvariant()))
        {
            errors.Invalid(path, name.ToLowerInvariant(), message);
        }
    }

    /// <summary>Parameters for a driver: not too many, not too large, none without a name.</summary>
    public static void ValidateParameters(JsonObject? parameters, bool mayBeEmpty, FieldPath path, FieldErrorList errors)
    {
        if (parameters?.Count > MaxParameters)
        {
            errors.TooLong(path, MaxParameters);
            return;
        }

        ValidateSize(parameters, path, errors);
        if (!mayBeEmpty && (parameters?.Count ?? 0) == 0)
        {
            errors.Required(path, "must contain at least one key/value pair");
        }
    }

    /// <summary>A map of texts that a driver gives or is given.</summary>
    public static void ValidateSize(JsonObject? map, FieldPath path, FieldErrorList errors)
    {
        var sizeBytes = 0L;
        foreach (var (key, value) in map ?? [])
        {
            if (key.Length == 0)
            {
                errors.Invalid(path, key, "field can not be empty.");
            }

            sizeBytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount((string?)value ?? "");
        }

        if (sizeBytes > MaxParametersBytes)
        {
            errors.TooLong(path, MaxParametersBytes);
        }
    }

    /// <summary>What a class says once is said for all its volumes.</summary>
    public static void Kept(JsonObject obj, JsonObject old, FieldErrorList errors, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (!SemanticEquality.Same(obj[field], old[field]))
            {
                errors.Forbidden(FieldPath.Of(field), $"updates to {field} are forbidden.");
            }
        }
    }
}
