using Kube1.Api;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// Names of resources and what they say about amounts: Kubernetes' own, huge pages, and extended ones with a domain
/// (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources).
/// </summary>
internal static class ResourceNames
{
    private const string HugePages = "hugepages-";

    private const string Requests = "requests.";

    private static readonly string[] Container = ["cpu", "memory", "ephemeral-storage"];

    private static readonly HashSet<string> Counted =
    [
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
        "services.nodeports", "services.loadbalancers",
    ];

    private static readonly HashSet<string> Quota =
    [
        .. Container, "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu",
        "limits.memory", "limits.ephemeral-storage", .. Counted,
    ];

    /// <summary>Kubernetes' own: without a domain, or with kubernetes.io.</summary>
    public static bool IsNative(string name) => !name.Contains('/', StringComparison.Ordinal)
        || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    /// <summary>Memory in pages of a size.</summary>
    public static bool IsHugePage(string name) => name.StartsWith(HugePages, StringComparison.Ordinal);

    /// <summary>Whether more may be limited than is requested: not of devices, and not of huge pages.</summary>
    public static bool IsOvercommitAllowed(string name) => IsNative(name) && !IsHugePage(name);

    /// <summary>A resource that somebody else has defined.</summary>
    public static bool IsExtended(string name) => !IsNative(name) && !name.StartsWith(Requests, StringComparison.Ordinal)
        && NameRules.IsQualifiedName(Requests + name).Count == 0;

    /// <summary>Resources that come in pieces.</summary>
    public static bool IsInteger(string name) => Counted.Contains(name) || IsExtended(name);

    /// <summary>What a quota without a domain can be about.</summary>
    public static bool IsStandardQuota(string name) => Quota.Contains(name) || IsHugePage(name)
        || name.StartsWith(Requests + HugePages, StringComparison.Ordinal);

    /// <summary>A name without a domain must be one of Kubernetes' own; false when it is not.</summary>
    public static bool Validate(string name, FieldPath path, FieldErrorList errors)
    {
        var before = errors.Count;
        errors.AddMessages(path, name, NameRules.IsQualifiedName, evenEmpty: true);
        if (errors.Count == before && !name.Contains('/', StringComparison.Ordinal)
            && !IsStandardQuota(name) && name != "storage")
        {
            errors.Invalid(path, name, "must be a standard resource type or fully qualified");
        }

        return errors.Count == before;
    }

    /// <summary>What a container can ask for.</summary>
    public static void ValidateContainer(string name, FieldPath path, FieldErrorList errors)
    {
        Validate(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            if (!Container.Contains(name) && !IsHugePage(name))
            {
                errors.Invalid(path, name, "must be a standard resource for containers");
            }
        }
        else if (!IsNative(name) && !IsExtended(name))
        {
            errors.Invalid(path, name, "doesn't follow extended resource name standard");
        }
    }

    /// <summary>What a pod as a whole can ask for (KEP-2837).</summary>
    public static void ValidatePod(string name, FieldPath path, FieldErrorList errors)
    {
        if (Validate(name, path, errors) && name is not ("cpu" or "memory") && !IsHugePage(name))
        {
            errors.NotSupported(path, name, ["cpu", "memory"]);
        }
    }

    /// <summary>What a quota can be about.</summary>
    public static void ValidateQuota(string name, FieldPath path, FieldErrorList errors)
    {
        Validate(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal) && !IsStandardQuota(name))
        {
            errors.Invalid(path, name, "must be a standard resource for quota");
        }
    }

    /// <summary>Not negative, and whole where the resource comes in pieces.</summary>
    public static void ValidateAmount(string name, ResourceQuantity amount, FieldPath path, FieldErrorList errors)
    {
        if (amount.Sign < 0)
        {
            errors.Invalid(path, amount.ToString(), "must be greater than or equal to 0");
        }

        if (IsInteger(name) && amount.Value != decimal.Truncate(amount.Value))
        {
            errors.Invalid(path, amount.ToString(), "must be an integer");
        }
    }

    /// <summary>Huge pages are asked for in whole pages.</summary>
    public static void ValidatePages(string name, ResourceQuantity amount, FieldPath path, FieldErrorList errors)
    {
        var isWhole = ResourceQuantity.TryParse(name[HugePages.Length..], out var page) && page.Sign > 0
            && page.Value == decimal.Truncate(page.Value) && amount.Value % page.Value == 0;
        if (!isWhole)
        {
            errors.Invalid(path, amount.ToString(), $"{amount} is not positive integer multiple of {name}");
        }
    }
}
