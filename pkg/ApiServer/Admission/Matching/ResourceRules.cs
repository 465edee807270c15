using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Matching;

/// <summary>The rules of a webhook, policy or binding: which operations on which resources it is about.</summary>
/// <param name="rules">The rules.</param>
/// <param name="isExact">Whether they mean their resources alone, and not the same objects in another version.</param>
internal sealed class ResourceRules(IEnumerable<JsonObject> rules, bool isExact)
{
    private readonly ResourceRule[] _rules = [.. rules.Select(r => new ResourceRule(r))];

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _rules.Length == 0;

    /// <summary>Whether a matchPolicy is Exact; rules of old objects that say nothing are.</summary>
    public static bool IsExact(string matchPolicy) => matchPolicy != "Equivalent";

    /// <summary>
    /// The form in which a write is meant, null when it is not: what was asked for before all others; of those, the one
    /// that the first rule to match any names.
    /// </summary>
    public MatchedResource? Find(RequestedForms forms, AdmissionOperation operation, string subresource, string name)
    {
        var text = AdmissionMetrics.NameOf(operation);
        if (_rules.Any(rule => rule.Matches(forms.Requested, text, subresource, name)))
        {
            return forms.Requested;
        }

        return isExact ? null : _rules
            .Select(rule => forms.Others.FirstOrDefault(other => rule.Matches(other, text, subresource, name)))
            .FirstOrDefault(form => form is not null);
    }
}
