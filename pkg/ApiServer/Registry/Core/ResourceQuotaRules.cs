using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What ResourceQuotas must obey, with upstream's paths and words.</summary>
internal static class ResourceQuotaRules
{
    private static readonly FieldPath Scopes = FieldPath.Of("spec", "scopes");

    private static readonly HashSet<string> Known =
    [
        "BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "PriorityClass", "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ];

    private static readonly HashSet<string> OfPods =
        ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

    private static readonly HashSet<string> OfClaims = ["persistentvolumeclaims", "requests.storage"];

    /// <summary>Checks a quota.</summary>
    public static void Validate(V1ResourceQuotaSpec spec, FieldErrorList errors)
    {
        ValidateAmounts(spec.Hard, FieldPath.Of("spec", "hard"), errors);
        ValidateScopes(spec, errors);
        ValidateSelector(spec, errors);
    }

    /// <summary>What a quota is about stays.</summary>
    public static void ValidateUpdate(V1ResourceQuotaSpec spec, V1ResourceQuotaSpec old, FieldErrorList errors)
    {
        if (!(spec.Scopes ?? []).ToHashSet().SetEquals(old.Scopes ?? []))
        {
            errors.Invalid(Scopes, VerbatimValue.List(spec.Scopes), "field is immutable");
        }
    }

    /// <summary>Checks amounts by resource, of the spec or of the status.</summary>
    public static void ValidateAmounts(
        Dictionary<string, ResourceQuantity>? amounts, FieldPath path, FieldErrorList errors)
    {
        foreach (var (name, amount) in amounts ?? [])
        {
            var at = path.Key(name);
            ResourceNames.ValidateQuota(name, at, errors);
            ResourceNames.ValidateAmount(name, amount, at, errors);
        }
    }

    private static void ValidateScopes(V1ResourceQuotaSpec spec, FieldErrorList errors)
    {
        if (spec.Scopes is not { Count: > 0 } scopes)
        {
            return;
        }

        var shown = VerbatimValue.List(scopes);
        foreach (var scope in scopes.Distinct())
        {
            if (!Known.Contains(scope))
            {
                errors.Invalid(Scopes, shown, "unsupported scope");
            }

            foreach (var name in spec.Hard?.Keys ?? Enumerable.Empty<string>())
            {
                if (ResourceNames.IsStandardQuota(name) && !Covers(scope, name))
                {
                    errors.Invalid(Scopes, shown, "unsupported scope applied to resource");
                }
            }
        }

        if ((scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort"))
            || (scopes.Contains("Terminating") && scopes.Contains("NotTerminating")))
        {
            errors.Invalid(Scopes, shown, "conflicting scopes");
        }
    }

    private static bool Covers(string scope, string resource) => scope switch
    {
        "BestEffort" => resource == "pods",
        "Terminating" or "NotTerminating" or "NotBestEffort" or "PriorityClass" or "CrossNamespacePodAffinity" =>
            OfPods.Contains(resource),
        "VolumeAttributesClass" => OfClaims.Contains(resource),
        _ => true,
    };

    private static void ValidateSelector(V1ResourceQuotaSpec spec, FieldErrorList errors)
    {
        var path = FieldPath.Of("spec", "scopeSelector", "matchExpressions");
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var requirement in spec.ScopeSelector?.MatchExpressions ?? [])
        {
            if (!Known.Contains(requirement.ScopeName))
            {
                errors.Invalid(path.Child("scopeName"), requirement.ScopeName, "unsupported scope");
            }

            foreach (var name in spec.Hard?.Keys ?? Enumerable.Empty<string>())
            {
                if (ResourceNames.IsStandardQuota(name) && !Covers(requirement.ScopeName, name))
                {
                    errors.Invalid(path, Shown(spec.ScopeSelector!), "unsupported scope applied to resource");
                }
            }

            if (requirement.ScopeName is "Terminating" or "NotTerminating" or "BestEffort" or "NotBestEffort"
                    or "CrossNamespacePodAffinity"
                && requirement.Operator != "Exists")
            {
                errors.Invalid(
                    path.Child("operator"), requirement.Operator,
                    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
                    + "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or "
                    + "ResourceQuotaScopeCrossNamespacePodAffinity");
            }

            ValidateOperator(requirement, path, errors);
            _ = chosen.Add(requirement.ScopeName);
        }

        if ((chosen.Contains("BestEffort") && chosen.Contains("NotBestEffort"))
            || (chosen.Contains("Terminating") && chosen.Contains("NotTerminating")))
        {
            errors.Invalid(path, Shown(spec.ScopeSelector!), "conflicting scopes");
        }
    }

    private static void ValidateOperator(
        V1ScopedResourceSelectorRequirement requirement, FieldPath path, FieldErrorList errors)
    {
        var hasValues = requirement.Values is { Count: > 0 };
        switch (requirement.Operator)
        {
            case "In" or "NotIn" when !hasValues:
                errors.Required(
                    path.Child("values"),
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist" when hasValues:
                errors.Invalid(
                    path.Child("values"), VerbatimValue.List(requirement.Values),
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                errors.Invalid(path.Child("operator"), requirement.Operator, "not a valid selector operator");
                break;
        }
    }

    private static VerbatimValue Shown(V1ScopeSelector selector) => VerbatimValue.Struct(
        ("MatchExpressions", VerbatimValue.List((selector.MatchExpressions ?? []).Select(requirement => VerbatimValue.Struct(
            ("ScopeName", requirement.ScopeName), ("Operator", requirement.Operator),
            ("Values", VerbatimValue.List(requirement.Values)))))));
}
