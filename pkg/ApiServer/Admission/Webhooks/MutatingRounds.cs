using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// Which mutating webhooks are called again in the second round: those with reinvocationPolicy IfNeeded whose object
/// has changed since their call, by another webhook or by a plug-in
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/mutating reinvocationcontext.go).
/// </summary>
internal sealed class MutatingRounds
{
    private readonly HashSet<string> _called = new(StringComparer.Ordinal);
    private readonly HashSet<string> _due = new(StringComparer.Ordinal);
    private JsonObject? _output;

    /// <summary>A round begins: what plug-ins have changed since the last one counts as a change.</summary>
    public void Begin(AdmissionRequest request)
    {
        if (request.Reinvocation.IsSecondRound && !JsonNode.DeepEquals(_output, request.Object))
        {
            ObjectChanged();
        }
    }

    /// <summary>A round is over.</summary>
    public void End(AdmissionRequest request) =>
        _output = _called.Count + _due.Count > 0 ? request.Object?.DeepClone().AsObject() : null;

    /// <summary>Whether a webhook is to be called in this round: never for the first time in the second one.</summary>
    public bool IsDue(CompiledWebhook webhook, Reinvocation reinvocation) =>
        !reinvocation.IsSecondRound || _due.Contains(webhook.Identity);

    /// <summary>The object has changed: all that were called before do not know it.</summary>
    public void ObjectChanged()
    {
        _due.UnionWith(_called);
        _called.Clear();
    }

    /// <summary>A webhook has been called.</summary>
    public void Called(CompiledWebhook webhook)
    {
        if (webhook.IsReinvoked)
        {
            _called.Add(webhook.Identity);
        }
    }
}
