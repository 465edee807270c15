using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Environment variables and where their values come from.</summary>
internal static class EnvironmentRules
{
    private const string Nothing = "";

    private const string OneSource =
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";

    private const string Divisors = "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are "
        + "supported with the ";

    private static readonly string[] Fields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    // What the downward API understands, of which env and volumes each take some.
    private static readonly HashSet<string> Labels =
    [
        .. Fields, "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase",
        "spec.host",
    ];

    private static readonly string[] Resources =
    [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
        "requests.memory",
    ];

    private static readonly HashSet<string> ByteDivisors =
        ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    /// <summary>Checks env.</summary>
    public static void Validate(List<V1EnvVar>? variables, FieldPath path, FieldErrorList errors)
    {
        foreach (var (variable, at) in variables.Indexed(path))
        {
            errors.RequiredName(at.Child("name"), variable.Name, NameRules.IsEnvironmentVariableName);
            if (variable.ValueFrom is { } source)
            {
                ValidateSource(source, variable.Value, at.Child("valueFrom"), errors);
            }
        }
    }

    /// <summary>Checks envFrom. Upstream's paths of its own errors name no item.</summary>
    public static void ValidateFrom(List<V1EnvFromSource>? sources, FieldPath path, FieldErrorList errors)
    {
        foreach (var (source, at) in sources.Indexed(path))
        {
            errors.AddMessages(at.Child("prefix"), source.Prefix, NameRules.IsEnvironmentVariableName);
            if (source.ConfigMapRef is { } map)
            {
                ValidateName(map.Name, at.Child("configMapRef", "name"), errors);
            }

            if (source.SecretRef is { } secret)
            {
                ValidateName(secret.Name, at.Child("secretRef", "name"), errors);
            }

            if (source.ConfigMapRef is null && source.SecretRef is null)
            {
                errors.Invalid(path, Nothing, "must specify one of: `configMapRef` or `secretRef`");
            }
            else if (source.ConfigMapRef is not null && source.SecretRef is not null)
            {
                errors.Invalid(path, Nothing, "may not have more than one field specified at a time");
            }
        }
    }

    /// <summary>Files of variables lie in volumes that are the pod's own (KEP-3721).</summary>
    public static void ValidateFileVolumes(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        Validate(spec.InitContainers, path.Child("initContainers"), container => container.Env);
        Validate(spec.Containers, path.Child("containers"), container => container.Env);
        Validate(spec.EphemeralContainers, path.Child("ephemeralContainers"), container => container.Env);

        void Validate<T>(List<T>? containers, FieldPath list, Func<T, List<V1EnvVar>?> variables)
        {
            foreach (var (container, at) in containers.Indexed(list))
            {
                foreach (var (variable, variableAt) in variables(container).Indexed(at.Child("env")))
                {
                    if (variable.ValueFrom?.FileKeyRef is { } file)
                    {
                        ValidateFileVolume(
                            file.VolumeName, spec.Volumes, variableAt.Child("valueFrom", "fileKeyRef", "volumeName"), errors);
                    }
                }
            }
        }
    }

    /// <summary>A field of the pod for one of its containers, in env or in a volume.</summary>
    public static void ValidateField(V1ObjectFieldSelector field, string[] supported, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("fieldPath");
        if (string.IsNullOrEmpty(field.ApiVersion))
        {
            errors.Required(path.Child("apiVersion"));
        }
        else if (field.FieldPath.Length == 0)
        {
            errors.Required(at);
        }
        else if (field.ApiVersion != "v1")
        {
            errors.Invalid(at, field.FieldPath, $"error converting fieldPath: unsupported pod version: {field.ApiVersion}");
        }
        else if (TrySplit(field.FieldPath, out var map, out var key))
        {
            ValidateSubscript(field.FieldPath, map, key, path, errors);
        }
        else if (!Labels.Contains(field.FieldPath))
        {
            errors.Invalid(
                at, field.FieldPath, $"error converting fieldPath: field label not supported: {field.FieldPath}");
        }
        else
        {
            var name = field.FieldPath == "spec.host" ? "spec.nodeName" : field.FieldPath;
            if (!supported.Contains(name))
            {
                errors.NotSupported(at, name, supported);
            }
        }
    }

    /// <summary>A resource of a container, in env or in a volume.</summary>
    public static void ValidateResource(
        V1ResourceFieldSelector field, bool needsContainer, FieldPath path, FieldErrorList errors)
    {
        var pages = field.Resource.StartsWith("limits.hugepages-", StringComparison.Ordinal)
            || field.Resource.StartsWith("requests.hugepages-", StringComparison.Ordinal);
        if (needsContainer && string.IsNullOrEmpty(field.ContainerName))
        {
            errors.Required(path.Child("containerName"));
        }
        else if (field.Resource.Length == 0)
        {
            errors.Required(path.Child("resource"));
        }
        else if (!pages && !Resources.Contains(field.Resource))
        {
            errors.NotSupported(path.Child("resource"), field.Resource, Resources);
        }

        if (field.Divisor is not { IsZero: false } divisor)
        {
            return;
        }

        var isOfBytes = ByteDivisors.Contains(divisor.ToString());
        var detail = field.Resource switch
        {
            "limits.cpu" or "requests.cpu" => divisor.ToString() is "1m" or "1"
                ? null
                : "only divisor's values 1m and 1 are supported with the cpu resource",
            "limits.memory" or "requests.memory" => isOfBytes ? null : Divisors + "memory resource",
            "limits.ephemeral-storage" or "requests.ephemeral-storage" =>
                isOfBytes ? null : Divisors + "local ephemeral storage resource",
            _ => pages && !isOfBytes ? Divisors + "hugepages resource" : null,
        };
        if (detail is not null)
        {
            errors.Invalid(path.Child("divisor"), field.Resource, detail);
        }
    }

    private static void ValidateSubscript(string text, string map, string key, FieldPath path, FieldErrorList errors)
    {
        switch (map)
        {
            case "metadata.annotations":
                errors.AddMessages(path, key.ToLowerInvariant(), NameRules.IsQualifiedName, evenEmpty: true);
                break;
            case "metadata.labels":
                errors.AddMessages(path, key, NameRules.IsQualifiedName, evenEmpty: true);
                break;
            default:
                errors.Invalid(
                    path.Child("fieldPath"), text,
                    $"error converting fieldPath: field label does not support subscript: {text}");
                break;
        }
    }

    // metadata.labels['key']
    private static bool TrySplit(string text, out string map, out string key)
    {
        var open = text.EndsWith("']", StringComparison.Ordinal) ? text[..^2] : "";
        var start = open.IndexOf("['", StringComparison.Ordinal);
        (map, key) = start > 0 ? (open[..start], open[(start + 2)..]) : ("", "");
        return start > 0;
    }

    private static void ValidateSource(V1EnvVarSource source, string? value, FieldPath path, FieldErrorList errors)
    {
        var count = 0;
        if (source.FieldRef is { } field)
        {
            count++;
            ValidateField(field, Fields, path.Child("fieldRef"), errors);
        }

        if (source.ResourceFieldRef is { } resource)
        {
            count++;
            ValidateResource(resource, needsContainer: false, path.Child("resourceFieldRef"), errors);
        }

        if (source.ConfigMapKeyRef is { } map)
        {
            count++;
            ValidateKey(map.Name, map.Key, path.Child("configMapKeyRef"), errors);
        }

        if (source.SecretKeyRef is { } secret)
        {
            count++;
            ValidateKey(secret.Name, secret.Key, path.Child("secretKeyRef"), errors);
        }

        if (source.FileKeyRef is { } file)
        {
            count++;
            ValidateFile(file, path.Child("fileKeyRef"), errors);
        }

        if (count == 0)
        {
            errors.Invalid(path, Nothing, OneSource);
        }
        else if (!string.IsNullOrEmpty(value))
        {
            errors.Invalid(path, Nothing, "may not be specified when `value` is not empty");
        }
        else if (count > 1)
        {
            errors.Invalid(path, Nothing, "may not have more than one field specified at a time");
        }
    }

    private static void ValidateFileVolume(string name, List<V1Volume>? volumes, FieldPath path, FieldErrorList errors)
    {
        var volume = volumes?.Find(volume => volume.Name == name);
        if (volume is null)
        {
            errors.NotFound(path, name);
        }
        else if (volume.EmptyDir is null)
        {
            errors.Invalid(path, name, "referenced volume must be of type emptyDir");
        }
    }

    private static void ValidateKey(string? name, string key, FieldPath path, FieldErrorList errors)
    {
        errors.AddMessages(path.Child("name"), name, NameRules.IsDns1123Subdomain, evenEmpty: true);
        errors.RequiredName(path.Child("key"), key, NameRules.IsConfigMapKey);
    }

    private static void ValidateFile(V1FileKeySelector file, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredName(path.Child("key"), file.Key, NameRules.IsEnvironmentVariableName);
        errors.RequiredName(path.Child("volumeName"), file.VolumeName, NameRules.IsDns1123Label);
        if (file.Path.Length == 0)
        {
            errors.Required(path.Child("path"));
        }
        else
        {
            PathRules.NotReserved(file.Path, path.Child("path"), errors);
        }
    }

    // The last dash of a name here passes: upstream checks it as if it were a prefix.
    private static void ValidateName(string? name, FieldPath path, FieldErrorList errors)
    {
        if (string.IsNullOrEmpty(name))
        {
            errors.Required(path);
            return;
        }

        foreach (var message in NameRules.Subdomain(name, true))
        {
            errors.Invalid(path, name, message);
        }
    }
}
