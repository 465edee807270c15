using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// Which requests a webhook or policy is asked about: operations, groups, versions, resources. Order, paths and words
/// are those of k8s.io/kubernetes/pkg/apis/admissionregistration/validation.
/// </summary>
internal static class RequestRuleRules
{
    private static readonly string[] Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    private static readonly string[] Scopes = ["*", "Cluster", "Namespaced"];

    /// <summary>Checks one rule.</summary>
    public static void Validate(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        var operations = rule.Texts("operations").ToList();
        AtLeastOne(operations, path.Child("operations"), errors);
        Alone(operations, "operations", path.Child("operations"), errors);
        foreach (var (operation, at) in operations.Indexed(path.Child("operations")))
        {
            if (!Operations.Contains(operation))
            {
                errors.NotOneOf(at, operation, Operations);
            }
        }

        var groups = rule.Texts("apiGroups").ToList();
        AtLeastOne(groups, path.Child("apiGroups"), errors);
        Alone(groups, "API groups", path.Child("apiGroups"), errors);
        var versions = rule.Texts("apiVersions").ToList();
        AtLeastOne(versions, path.Child("apiVersions"), errors);
        Alone(versions, "API versions", path.Child("apiVersions"), errors);
        foreach (var (version, at) in versions.Indexed(path.Child("apiVersions")))
        {
            errors.RequiredText(at, version);
        }

        ValidateResources([.. rule.Texts("resources")], path.Child("resources"), errors);
        if (rule["scope"] is not null && rule.Text("scope") is var scope && !Scopes.Contains(scope))
        {
            errors.NotOneOf(path.Child("scope"), scope, Scopes);
        }
    }

    private static void AtLeastOne(List<string> values, FieldPath path, FieldErrorList errors)
    {
        if (values.Count == 0)
        {
            errors.Required(path);
        }
    }

    private static void Alone(List<string> values, string what, FieldPath path, FieldErrorList errors)
    {
        if (values.Count > 1 && values.Contains("*"))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(values), $"if '*' is present, must not specify other {what}");
        }
    }

    private static void ValidateResources(List<string> resources, FieldPath path, FieldErrorList errors)
    {
        AtLeastOne(resources, path, errors);
        var (allOfResource, oneOfAll) = (new HashSet<string>(), new HashSet<string>());
        var plain = false;
        foreach (var (resource, at) in resources.Indexed(path))
        {
            if (resource.Length == 0)
            {
                errors.Required(at);
                continue;
            }

            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
            {
                // As upstream: what counts is the last one without a slash.
                plain = resource != "*";
                continue;
            }

            var (name, sub) = (resource[..slash], resource[(slash + 1)..]);
            if (allOfResource.Contains(name))
            {
                errors.Invalid(at, resource, $"if '{name}/*' is present, must not specify {resource}");
            }

            if (oneOfAll.Contains(sub))
            {
                errors.Invalid(at, resource, $"if '*/{sub}' is present, must not specify {resource}");
            }

            if (sub == "*")
            {
                allOfResource.Add(name);
            }

            if (name == "*")
            {
                oneOfAll.Add(sub);
            }
        }

        if (resources.Count > 1 && resources.Contains("*/*"))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(resources), "if '*/*' is present, must not specify other resources");
        }

        if (plain && resources.Contains("*"))
        {
            errors.Invalid(
                path, RuleExtensions.Shown(resources),
                "if '*' is present, must not specify other resources without subresources");
        }
    }
}
