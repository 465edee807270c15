using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.FlowControl;

/// <summary>
/// What FlowSchemas must obey; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/flowcontrol/validation.
/// </summary>
internal static class FlowSchemaRules
{
    private const long MaxPrecedence = 10_000;

    private const string NamespaceIntro = "each member of this list must be '*' or a DNS-1123 label; ";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly string[] Verbs =
        ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

    private static readonly string[] Kinds = ["Group", "ServiceAccount", "User"];

    /// <summary>Checks a FlowSchema's spec.</summary>
    public static void Validate(JsonObject obj, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        ValidatePrecedence(obj.Text("metadata.name"), spec.Integer("matchingPrecedence") ?? 0, errors);
        if (spec.Child("distinguisherMethod") is { } method && method.Text("type") is not ("ByNamespace" or "ByUser"))
        {
            errors.NotOneOf(
                Spec.Child("distinguisherMethod", "type"), RuleExtensions.Shown(method), "ByNamespace", "ByUser");
        }

        var level = Spec.Child("priorityLevelConfiguration", "name");
        errors.RequiredText(level, spec.Text("priorityLevelConfiguration.name"), "must reference a priority level");
        errors.AddMessages(level, spec.Text("priorityLevelConfiguration.name"), NameRules.IsDns1123Subdomain);
        foreach (var (rule, at) in spec.Items("rules").Indexed(Spec.Child("rules")))
        {
            ValidateRule(rule, at, errors);
        }
    }

    private static void ValidatePrecedence(string name, long precedence, FieldErrorList errors)
    {
        var path = Spec.Child("matchingPrecedence");
        if (precedence <= 0)
        {
            errors.Invalid(path, precedence, "must be a positive value");
        }

        if (precedence > MaxPrecedence)
        {
            errors.Invalid(path, precedence, $"must not be greater than {MaxPrecedence}");
        }

        if (precedence == 1 && name != "exempt")
        {
            errors.Invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        }
    }

    private static void ValidateRule(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        if (rule.Count("subjects") == 0)
        {
            errors.Required(path.Child("subjects"), "subjects must contain at least one value");
        }

        foreach (var (subject, at) in rule.Items("subjects").Indexed(path.Child("subjects")))
        {
            ValidateSubject(subject, at, errors);
        }

        if (rule.Count("resourceRules") == 0 && rule.Count("nonResourceRules") == 0)
        {
            errors.Required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
        }

        foreach (var (resources, at) in rule.Items("resourceRules").Indexed(path.Child("resourceRules")))
        {
            ValidateResources(resources, at, errors);
        }

        foreach (var (urls, at) in rule.Items("nonResourceRules").Indexed(path.Child("nonResourceRules")))
        {
            ValidateUrls(urls, at, errors);
        }
    }

    private static void ValidateSubject(JsonObject subject, FieldPath path, FieldErrorList errors)
    {
        var kind = subject.Text("kind");
        if (!Kinds.Contains(kind))
        {
            errors.NotOneOf(path.Child("kind"), kind, Kinds);
            return;
        }

        var field = FieldOf(kind);
        if (subject.Child(field) is not { } named)
        {
            errors.Required(path.Child(field), $"{field} is required when subject kind is '{kind}'");
        }
        else
        {
            ValidateNamed(kind, named, path.Child(field), errors);
        }

        foreach (var other in new[] { "ServiceAccount", "User", "Group" }.Where(k => k != kind))
        {
            if (subject.Child(FieldOf(other)) is not null)
            {
                errors.Forbidden(
                    path.Child(FieldOf(other)), $"{FieldOf(other)} is forbidden when subject kind is not '{other}'");
            }
        }
    }

    private static string FieldOf(string kind) => char.ToLowerInvariant(kind[0]) + kind[1..];

    private static void ValidateNamed(string kind, JsonObject named, FieldPath path, FieldErrorList errors)
    {
        var name = named.Text("name");
        errors.RequiredText(path.Child("name"), name);
        if (kind != "ServiceAccount")
        {
            return;
        }

        if (name != "*")
        {
            errors.AddMessages(path.Child("name"), name, NameRules.IsDns1123Subdomain);
        }

        errors.RequiredText(path.Child("namespace"), named.Text("namespace"), "must specify namespace for service account");
        errors.AddMessages(path.Child("namespace"), named.Text("namespace"), NameRules.IsDns1123Label);
    }

    private static void ValidateUrls(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        ValidateVerbs(rule, path.Child("verbs"), errors);
        var at = path.Child("nonResourceURLs");
        if (rule.Count("nonResourceURLs") == 0)
        {
            errors.Required(at, "nonResourceURLs must contain at least one value");
        }
        else if (!AloneIfAll(rule, "nonResourceURLs", "non-resource URLs", path, errors))
        {
            foreach (var (url, urlAt) in rule.Texts("nonResourceURLs").Indexed(at))
            {
                if (WrongUrl(url) is { } wrong)
                {
                    errors.Invalid(urlAt, url, wrong);
                }
            }
        }
    }

    private static void ValidateResources(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        ValidateVerbs(rule, path.Child("verbs"), errors);
        foreach (var (field, one, many) in new[]
        {
            ("apiGroups", "api group", "api groups"), ("resources", "resource", "resources"),
        })
        {
            if (rule.Count(field) == 0)
            {
                errors.Required(path.Child(field), $"resource rules must supply at least one {one}");
            }
            else
            {
                AloneIfAll(rule, field, many, path, errors);
            }
        }

        var at = path.Child("namespaces");
        if (rule.Count("namespaces") == 0 && !rule.Flag("clusterScope"))
        {
            errors.Required(at, "resource rules that are not cluster scoped must supply at least one namespace");
        }
        else if (!AloneIfAll(rule, "namespaces", "namespaces", path, errors))
        {
            foreach (var (ns, nsAt) in rule.Texts("namespaces").Indexed(at))
            {
                foreach (var message in NameRules.IsDns1123Label(ns))
                {
                    errors.Invalid(nsAt, ns, NamespaceIntro + message);
                }
            }
        }
    }

    private static void ValidateVerbs(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        var verbs = rule.Texts("verbs").ToList();
        if (verbs.Count == 0)
        {
            errors.Required(path, "verbs must contain at least one value");
        }
        else if (verbs.Contains("*"))
        {
            if (verbs.Count > 1)
            {
                errors.Invalid(
                    path, RuleExtensions.Shown(verbs), "if '*' is present, must not specify other verbs");
            }
        }
        else if (verbs.Except(Verbs).Any())
        {
            errors.NotOneOf(path, RuleExtensions.Shown(verbs), Verbs);
        }
    }

    // Whether the list names all with "*"; then it must name nothing else.
    private static bool AloneIfAll(JsonObject rule, string field, string what, FieldPath path, FieldErrorList errors)
    {
        var values = rule.Texts(field).ToList();
        if (!values.Contains("*"))
        {
            return false;
        }

        if (values.Count > 1)
        {
            errors.Invalid(
                path.Child(field), RuleExtensions.Shown(values), $"if '*' is present, must not specify other {what}");
        }

        return true;
    }

    private static string? WrongUrl(string url)
    {
        var stars = url.Count(c => c == '*');
        return url.Length == 0 ? "must not be empty"
            : url == "/" ? null
            : !url.StartsWith('/') ? "must start with slash"
            : url.Contains(' ', StringComparison.Ordinal) ? "must not contain white-space"
            : url.Contains("//", StringComparison.Ordinal) ? "must not contain double slash"
            : stars > 1 || (stars == 1 && !url.EndsWith("/*", StringComparison.Ordinal))
                ? "wildcard can only do suffix matching"
                : null;
    }
}
