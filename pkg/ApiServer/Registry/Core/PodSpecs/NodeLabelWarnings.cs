using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Labels of nodes that have other names by now, where something selects by them.</summary>
internal static class NodeLabelWarnings
{
    private static readonly Dictionary<string, string> Messages = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
        ["app.kubernetes.io/created-by"] = "deprecated since v1.9",
        ["scheduler.alpha.kubernetes.io/preferAvoidPods"] = "deprecated since v1.22; use Taints and Tolerations instead",
        ["node-role.kubernetes.io/master"] = "use \"node-role.kubernetes.io/control-plane\" instead",
    };

    /// <summary>What to say of a label; null when it is current.</summary>
    public static string? Of(string key) => Messages.GetValueOrDefault(key);

    /// <summary>Of a term of a node selector; <paramref name="checkValues"/>: also of values that no label can have.</summary>
    public static void AddTerm(JsonObject? term, bool checkValues, FieldPath path, List<string> warnings)
    {
        foreach (var (requirement, at) in term.Items("matchExpressions").Indexed(path.Child("matchExpressions")))
        {
            var key = requirement.Text("key");
            if (Of(key) is { } message)
            {
                warnings.Add($"{at.Child("key")}: {key} is {message}");
            }

            foreach (var (value, valueAt) in (checkValues ? requirement.Texts("values") : []).Indexed(at.Child("values")))
            {
                warnings.AddRange(NameRules.IsLabelValue(value).Select(text => $"{valueAt}: {value} is invalid, {text}"));
            }
        }
    }
}
