using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Audit.Policies;

/// <summary>A decoded policy to rules (k8s.io/apiserver/pkg/apis/audit/validation).</summary>
internal static class AuditPolicyReader
{
    private static readonly string[] Levels = Enum.GetNames<AuditLevel>();
    private static readonly string[] Stages = Enum.GetNames<AuditStage>();

    /// <summary>The rules; what is wrong with them is added to <paramref name="errors"/>.</summary>
    public static IReadOnlyList<AuditRule> Read(JsonObject policy, FieldErrorList errors)
    {
        var omitted = StagesOf(policy, FieldPath.Of("omitStages"), errors);
        var omitManagedFields = policy.Flag("omitManagedFields");
        var rules = new List<AuditRule>();
        foreach (var item in policy["rules"] as JsonArray ?? [])
        {
            var path = FieldPath.Of("rules").Index(rules.Count);
            rules.Add(Rule(item as JsonObject ?? [], omitted, omitManagedFields, path, errors));
        }

        return rules;
    }

    private static AuditRule Rule(
        JsonObject rule, int omittedByPolicy, bool omitManagedFields, FieldPath path, FieldErrorList errors)
    {
        var level = Level(rule.Text("level"), path.Child("level"), errors);
        var urls = Texts(rule, "nonResourceURLs");
        CheckUrls(urls, path.Child("nonResourceURLs"), errors);
        var resources = Resources(rule, path.Child("resources"), errors);
        var omitted = StagesOf(rule, path.Child("omitStages"), errors);
        var namespaces = Texts(rule, "namespaces");
        if (urls.Count > 0 && resources.Count + namespaces.Count > 0)
        {
            errors.Invalid(
                path.Child("nonResourceURLs"), VerbatimValue.List(urls),
                "rules cannot apply to both regular resources and non-resource URLs");
        }

        return new AuditRule
        {
            Decision = new AuditDecision(
                level, omittedByPolicy | omitted,
                rule["omitManagedFields"] is null ? omitManagedFields : rule.Flag("omitManagedFields")),
            Users = Texts(rule, "users"),
            UserGroups = Texts(rule, "userGroups"),
            Verbs = Texts(rule, "verbs"),
            Resources = resources,
            Namespaces = namespaces,
            NonResourceUrls = urls,
        };
    }

    private static AuditLevel Level(string text, FieldPath path, FieldErrorList errors)
    {
        if (text.Length == 0)
        {
            errors.Required(path);
            return AuditLevel.None;
        }

        var level = Array.IndexOf(Levels, text);
        if (level < 0)
        {
            errors.NotSupported(path, text, Levels);
        }

        return (AuditLevel)Math.Max(level, 0);
    }

    private static int StagesOf(JsonObject obj, FieldPath path, FieldErrorList errors)
    {
        var (mask, index) = (0, 0);
        foreach (var text in Texts(obj, "omitStages"))
        {
            var stage = Array.IndexOf(Stages, text);
            if (stage < 0)
            {
                errors.Invalid(path.Index(index), text, "allowed stages are " + string.Join(',', Stages));
            }
            else
            {
                mask |= AuditDecision.MaskOf((AuditStage)stage);
            }

            index++;
        }

        return mask;
    }

    private static void CheckUrls(IReadOnlyList<string> urls, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < urls.Count; i++)
        {
            var url = urls[i];
            if (url == "*")
            {
                continue;
            }

            if (!url.StartsWith('/'))
            {
                errors.Invalid(path.Index(i), url, "non-resource URL rules must begin with a '/' character");
            }

            if (url.Length > 0 && url.AsSpan(0, url.Length - 1).Contains('*'))
            {
                errors.Invalid(path.Index(i), url, "non-resource URL wildcards '*' must be the final character of the rule");
            }
        }
    }

    // The paths of these errors have no index, as upstream's.
    private static List<GroupResources> Resources(JsonObject rule, FieldPath path, FieldErrorList errors)
    {
        var all = new List<GroupResources>();
        foreach (var item in rule["resources"] as JsonArray ?? [])
        {
            var json = item as JsonObject ?? [];
            var group = new GroupResources(json.Text("group"), Texts(json, "resources"), Texts(json, "resourceNames"));
            all.Add(group);
            if (group.Group is not ("" or "*") && NameRules.IsDns1123Subdomain(group.Group) is { Count: > 0 } wrong)
            {
                errors.Invalid(path.Child("group"), group.Group, string.Join(',', wrong));
            }

            if (group.ResourceNames.Count > 0 && group.Resources.Count == 0)
            {
                errors.Invalid(
                    path.Child("resourceNames"), VerbatimValue.List(group.ResourceNames),
                    "using resourceNames requires at least one resource");
            }
        }

        return all;
    }

    private static IReadOnlyList<string> Texts(JsonObject obj, string field) => [.. obj.Texts(field)];
}
