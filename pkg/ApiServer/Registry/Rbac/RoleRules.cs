using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Rbac;

/// <summary>What roles and bindings must obey, with upstream's paths and words.</summary>
internal static class RoleRules
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Checks a role: its rules, and which roles it gathers rules from.</summary>
    public static void Validate(JsonObject role, bool namespaced, FieldErrorList errors)
    {
        ValidateRules(role, namespaced, errors);
        if (namespaced || role.Child("aggregationRule") is not { } aggregation)
        {
            return;
        }

        var path = FieldPath.Of("aggregationRule", "clusterRoleSelectors");
        if (aggregation.Count("clusterRoleSelectors") == 0)
        {
            errors.Required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
        }

        foreach (var (selector, at) in aggregation.Items("clusterRoleSelectors").Indexed(path))
        {
            var before = errors.Count;
            errors.Selector(at, selector);
            if (errors.Count > before)
            {
                errors.Invalid(at, RuleExtensions.Shown(selector), "invalid label selector.");
            }
        }
    }

    // Only cluster roles can speak of paths.
    private static void ValidateRules(JsonObject role, bool namespaced, FieldErrorList errors)
    {
        foreach (var (rule, at) in role.Items("rules").Indexed(FieldPath.Of("rules")))
        {
            if (rule.Count("verbs") == 0)
            {
                errors.Required(at.Child("verbs"), "verbs must contain at least one value");
            }

            if (rule.Count("nonResourceURLs") > 0)
            {
                var shown = new VerbatimValue(rule["nonResourceURLs"]!.ToJsonString());
                if (namespaced)
                {
                    errors.Invalid(at.Child("nonResourceURLs"), shown, "namespaced rules cannot apply to non-resource URLs");
                }

                if (rule.Count("apiGroups") > 0 || rule.Count("resources") > 0 || rule.Count("resourceNames") > 0)
                {
                    errors.Invalid(
                        at.Child("nonResourceURLs"), shown,
                        "rules cannot apply to both regular resources and non-resource URLs");
                }

                continue;
            }

            if (rule.Count("apiGroups") == 0)
            {
                errors.Required(at.Child("apiGroups"), "resource rules must supply at least one api group");
            }

            if (rule.Count("resources") == 0)
            {
                errors.Required(at.Child("resources"), "resource rules must supply at least one resource");
            }
        }
    }

    /// <summary>Checks whom a binding names, and which role.</summary>
    public static void ValidateBinding(JsonObject binding, bool namespaced, FieldErrorList errors)
    {
        var role = FieldPath.Of("roleRef");
        if (binding.Text("roleRef.apiGroup") != Group)
        {
            errors.NotOneOf(role.Child("apiGroup"), binding.Text("roleRef.apiGroup"), Group);
        }

        string[] kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        if (!kinds.Contains(binding.Text("roleRef.kind")))
        {
            errors.NotOneOf(role.Child("kind"), binding.Text("roleRef.kind"), kinds);
        }

        errors.RequiredName(role.Child("name"), binding.Text("roleRef.name"), NameRules.IsPathSegmentName);
        foreach (var (subject, at) in binding.Items("subjects").Indexed(FieldPath.Of("subjects")))
        {
            ValidateSubject(subject, namespaced, at, errors);
        }
    }

    private static void ValidateSubject(JsonObject subject, bool namespaced, FieldPath path, FieldErrorList errors)
    {
        var (kind, name, group) = (subject.Text("kind"), subject.Text("name"), subject.Text("apiGroup"));
        errors.RequiredText(path.Child("name"), name);
        switch (kind)
        {
            case "ServiceAccount":
                errors.AddMessages(path.Child("name"), name, NameRules.IsDns1123Subdomain);
                if (group.Length > 0)
                {
                    errors.NotOneOf(path.Child("apiGroup"), group, "");
                }

                // In a RoleBinding the binding's own namespace is meant when there is none.
                if (!namespaced && subject.Text("namespace").Length == 0)
                {
                    errors.Required(path.Child("namespace"));
                }

                break;
            case "User" or "Group":
                if (name.Length == 0)
                {
                    errors.Invalid(path.Child("name"), name, $"{kind.ToLowerInvariant()} name cannot be empty");
                }

                if (group != Group)
                {
                    errors.NotOneOf(path.Child("apiGroup"), group, Group);
                }

                break;
            default:
                errors.NotOneOf(path.Child("kind"), kind, "ServiceAccount", "User", "Group");
                break;
        }
    }
}
