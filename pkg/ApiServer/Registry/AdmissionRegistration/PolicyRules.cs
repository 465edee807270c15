using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// What admission policies of both sorts have in common. Whether expressions compile is checked elsewhere but for
/// conditions. Order, paths and words are those of k8s.io/kubernetes/pkg/apis/admissionregistration/validation.
/// </summary>
internal static class PolicyRules
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] FailurePolicies = ["Fail", "Ignore"];

    private static readonly string[] MatchPolicies = ["Equivalent", "Exact"];

    private static readonly string[] MutableOperations = ["*", "CONNECT", "CREATE", "UPDATE"];

    /// <summary>Fills in what a policy does not say.</summary>
    public static void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("failurePolicy", "Fail");
        DefaultResources(spec.Child("matchConstraints"));
    }

    /// <summary>Fills in what a policy's or a binding's choice of resources does not say.</summary>
    public static void DefaultResources(JsonObject? resources)
    {
        if (resources is null)
        {
            return;
        }

        resources.Default("matchPolicy", "Equivalent");
        resources.Ensure("namespaceSelector");
        resources.Ensure("objectSelector");
        foreach (var rule in resources.Items("resourceRules").Concat(resources.Items("excludeResourceRules")))
        {
            rule.Default("scope", "*");
        }
    }

    /// <summary>Checks a policy's spec up to its variables; conditions that have not changed are not checked again.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        errors.OneOf(Spec.Child("failurePolicy"), spec.Text("failurePolicy"), FailurePolicies);
        if (spec.Child("paramKind") is { } kind)
        {
            ValidateParamKind(kind, Spec.Child("paramKind"), errors);
        }

        var at = Spec.Child("matchConstraints");
        if (spec.Child("matchConstraints") is not { } constraints)
        {
            errors.Required(at);
        }
        else
        {
            ValidateResources(constraints, at, errors);
            if (constraints.Count("resourceRules") == 0)
            {
                errors.Required(at.Child("resourceRules"));
            }
        }

        var before = old.Child("spec");
        if (before is null || !JsonNode.DeepEquals(spec["paramKind"], before["paramKind"])
            || !JsonNode.DeepEquals(spec["matchConditions"], before["matchConditions"]))
        {
            MatchConditionRules.Validate(spec, Spec.Child("matchConditions"), spec["paramKind"] is not null, errors);
        }

        foreach (var (variable, variableAt) in spec.Items("variables").Indexed(Spec.Child("variables")))
        {
            ValidateVariable(variable, variableAt, errors);
        }
    }

    /// <summary>Checks which resources a policy or binding chooses.</summary>
    public static void ValidateResources(JsonObject resources, FieldPath path, FieldErrorList errors)
    {
        errors.OneOf(path.Child("matchPolicy"), resources.Text("matchPolicy"), MatchPolicies);
        foreach (var field in new[] { "namespaceSelector", "objectSelector" })
        {
            if (resources.Child(field) is { } selector)
            {
                errors.Selector(path.Child(field), selector);
            }
            else
            {
                errors.Required(path.Child(field));
            }
        }

        foreach (var field in new[] { "resourceRules", "excludeResourceRules" })
        {
            foreach (var (rule, at) in resources.Items(field).Indexed(path.Child(field)))
            {
                var seen = new HashSet<string>();
                foreach (var (name, nameAt) in rule.Texts("resourceNames").Indexed(at.Child("resourceNames")))
                {
                    errors.AddMessages(nameAt, name, NameRules.IsPathSegmentName, evenEmpty: true);
                    if (!seen.Add(name))
                    {
                        errors.Duplicate(nameAt, name);
                    }
                }

                RequestRuleRules.Validate(rule, at, errors);
            }
        }
    }

    /// <summary>Rules of what mutates must not name deletes, which have no body. The path is upstream's.</summary>
    public static void ValidateMutable(JsonObject? resources, FieldPath path, FieldErrorList errors)
    {
        foreach (var operation in resources.Items("resourceRules").SelectMany(r => r.Texts("operations")))
        {
            if (!MutableOperations.Contains(operation))
            {
                errors.NotOneOf(path.Child("resourceRules", "operations"), operation, MutableOperations);
            }
        }
    }

    /// <summary>The cell that shows a policy's paramKind.</summary>
    public static string ParamKindText(JsonObject obj) => obj.Child("spec").Child("paramKind") is { } kind
        ? $"{kind.Text("apiVersion")}/{kind.Text("kind")}"
        : Columns.Unset;

    private static void ValidateParamKind(JsonObject kind, FieldPath path, FieldErrorList errors)
    {
        ValidateApiVersion(kind.Text("apiVersion"), path.Child("apiVersion"), errors);
        var name = kind.Text("kind");
        if (name.Length == 0)
        {
            errors.Required(path.Child("kind"));
        }
        else if (NameRules.IsDns1035Label(name.ToLowerInvariant()) is { Count: > 0 } wrong)
        {
            errors.Invalid(
                path.Child("kind"), name,
                "may have mixed case, but should otherwise match: " + string.Join(',', wrong));
        }
    }

    private static void ValidateApiVersion(string text, FieldPath path, FieldErrorList errors)
    {
        if (text.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var parts = text == "/" ? ["", ""] : text.Split('/');
        if (parts.Length > 2)
        {
            errors.Invalid(path, text, "unexpected GroupVersion string: " + text);
            return;
        }

        var (group, version) = parts.Length == 2 ? (parts[0], parts[1]) : ("", parts[0]);
        if (group.Length > 0 && NameRules.IsDns1123Subdomain(group) is { Count: > 0 } badGroup)
        {
            errors.Invalid(path, group, string.Join(',', badGroup));
        }

        if (version.Length == 0)
        {
            errors.Invalid(path, text, "version must be specified");
        }
        else if (NameRules.IsDns1035Label(version) is { Count: > 0 } badVersion)
        {
            errors.Invalid(path, version, string.Join(',', badVersion));
        }
    }

    private static void ValidateVariable(JsonObject variable, FieldPath path, FieldErrorList errors)
    {
        var name = variable.Text("name");
        if (name.Trim().Length == 0)
        {
            errors.Required(path.Child("name"), "name is not specified");
        }
        else if (NameRules.IsCIdentifier(name).Count > 0)
        {
            errors.Invalid(path.Child("name"), name, "name is not a valid CEL identifier");
        }

        errors.RequiredText(
            path.Child("expression"), variable.Text("expression").Trim(), "expression is not specified");
    }
}
