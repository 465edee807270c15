using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Requests and limits: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/</summary>
internal static class ResourceRules
{
    /// <summary>Checks a container's resources; <paramref name="claims"/> are the names that the pod gives its claims.</summary>
    public static void Validate(
        V1ResourceRequirements? resources, HashSet<string> claims, FieldPath path, FieldErrorList errors)
    {
        if (resources is not null)
        {
            ValidateAmounts(resources.Limits, resources.Requests, ResourceNames.ValidateContainer, path, errors);
            ValidateClaims(resources.Claims, claims, path.Child("claims"), errors);
        }
    }

    /// <summary>What running a pod costs beside its containers.</summary>
    public static void ValidateOverhead(
        Dictionary<string, ResourceQuantity> overhead, FieldPath path, FieldErrorList errors) =>
        ValidateAmounts(overhead, null, ResourceNames.ValidateContainer, path, errors);

    /// <summary>What the containers share (KEP-2837): together they may not ask for more.</summary>
    public static void ValidatePod(V1PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.Resources is not { } resources)
        {
            return;
        }

        if (resources.Claims is not null)
        {
            errors.Forbidden(path.Child("claims"), "claims cannot be set for Resources at pod-level");
        }

        ValidateAmounts(resources.Limits, resources.Requests, ResourceNames.ValidatePod, path, errors);
        ValidateClaims(resources.Claims, ClaimNames(spec), path.Child("claims"), errors);
        foreach (var (name, total) in PodTotals.Requests(spec))
        {
            var request = (resources.Requests ?? []).GetValueOrDefault(name);
            if (total > request)
            {
                errors.Invalid(
                    path.Child("requests").Key(name), request.ToString(),
                    $"must be greater than or equal to aggregate container requests of {total}");
            }
        }

        foreach (var (container, at) in spec.Containers.Indexed(path.Child("containers")))
        {
            foreach (var (name, limit) in container.Resources?.Limits ?? [])
            {
                if (resources.Limits?.TryGetValue(name, out var most) == true && limit > most)
                {
                    errors.Invalid(
                        at.Key(name).Child("limits"), limit.ToString(), $"must be less than or equal to pod limits of {most}");
                }
            }
        }
    }

    /// <summary>The names under which a pod's containers know its resource claims.</summary>
    public static HashSet<string> ClaimNames(V1PodSpec spec) =>
        spec.ResourceClaims is null ? [] : [.. spec.ResourceClaims.Select(claim => claim.Name).Where(name => name.Length > 0)];

    private static void ValidateAmounts(
        Dictionary<string, ResourceQuantity>? limits, Dictionary<string, ResourceQuantity>? requests,
        Action<string, FieldPath, FieldErrorList> nameRule, FieldPath path, FieldErrorList errors)
    {
        var (computes, pages) = (false, false);
        var limitsAt = path.Child("limits");
        if (limits is not null)
        {
            foreach (var (name, limit) in limits)
            {
                ValidateAmount(name, limit, nameRule, limitsAt.Key(name), errors);
                computes |= name is "cpu" or "memory";
                pages |= ResourceNames.IsHugePage(name);
            }
        }

        var requestsAt = path.Child("requests");
        if (requests is not null)
        {
            foreach (var (name, request) in requests)
            {
                ValidateAmount(name, request, nameRule, requestsAt.Key(name), errors);
                CompareWithLimit(name, request, limits, requestsAt, limitsAt, errors);
                computes |= name is "cpu" or "memory";
                pages |= ResourceNames.IsHugePage(name);
            }
        }

        if (pages && !computes)
        {
            errors.Forbidden(path, "HugePages require cpu or memory");
        }
    }

    private static void ValidateAmount(
        string name, ResourceQuantity amount, Action<string, FieldPath, FieldErrorList> nameRule, FieldPath path,
        FieldErrorList errors)
    {
        nameRule(name, path, errors);
        ResourceNames.ValidateAmount(name, amount, path, errors);
        if (ResourceNames.IsHugePage(name))
        {
            ResourceNames.ValidatePages(name, amount, path, errors);
        }
    }

    private static void CompareWithLimit(
        string name, ResourceQuantity request, Dictionary<string, ResourceQuantity>? limits, FieldPath path,
        FieldPath limitsPath, FieldErrorList errors)
    {
        var mayDiffer = ResourceNames.IsOvercommitAllowed(name);
        if (limits is null || !limits.TryGetValue(name, out var limit))
        {
            if (!mayDiffer)
            {
                errors.Required(limitsPath, "Limit must be set for non overcommitable resources");
            }
        }
        else if (!mayDiffer && request != limit)
        {
            errors.Invalid(path, request.ToString(), $"must be equal to {name} limit of {limit}");
        }
        else if (request > limit)
        {
            errors.Invalid(path, request.ToString(), $"must be less than or equal to {name} limit of {limit}");
        }
    }

    // A claim as a whole and one of its requests overlap.
    private static void ValidateClaims(
        List<Corev1ResourceClaim>? used, HashSet<string> claims, FieldPath path, FieldErrorList errors)
    {
        if (used is null)
        {
            return;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (claim, at) in used.Indexed(path))
        {
            if (claim.Name.Length == 0)
            {
                errors.Required(at);
                continue;
            }

            if (known.Contains(claim.Name))
            {
                errors.Duplicate(at, claim.Name);
            }
            else
            {
                AddClaim(claim, known, at, errors);
            }

            if (!claims.Contains(claim.Name))
            {
                errors.NotFound(at, claim.Name, "must be one of the names in pod.spec.resourceClaims" + (claims.Count == 0
                    ? " which is empty"
                    : ": " + string.Join(", ", claims.Order(StringComparer.Ordinal))));
            }
        }
    }

    private static void AddClaim(Corev1ResourceClaim claim, HashSet<string> known, FieldPath path, FieldErrorList errors)
    {
        var key = claim.Name;
        if (!string.IsNullOrEmpty(claim.Request))
        {
            errors.AddMessages(path.Child("request"), claim.Request, NameRules.IsDns1123Label);
            key += "/" + claim.Request;
        }

        if (known.Contains(key))
        {
            errors.Duplicate(path, key);
        }
        else if (key == claim.Name)
        {
            foreach (var _ in known.Where(other => other.StartsWith(claim.Name + "/", StringComparison.Ordinal)))
            {
                errors.Duplicate(path, claim.Name);
            }
        }

        known.Add(key);
    }
}
