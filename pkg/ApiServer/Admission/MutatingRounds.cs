using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Admission;

/// <summary>
/// Which mutating webhooks or policies are called again in the second round: those with reinvocationPolicy IfNeeded whose
/// object has changed since their call, by another one or by a plug-in
/// (k8s.io/apiserver/pkg/admission/plugin/webhook/mutating and policy/mutating, reinvocationcontext.go).
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

    /// <summary>Whether one is to be called in this round: never for the first time in the second one.</summary>
    public bool IsDue(string identity, Reinvocation reinvocation) =>
        !reinvocation.IsSecondRound || _due.Contains(identity);

    /// <summary>The object has changed: all that were called before do not know it.</summary>
    public void ObjectChanged()
    {
        _due.UnionWith(_called);
        _called.Clear();
    }

    /// <summary>One that wants to be called again when the object changes has been called.</summary>
    public void Called(string identity) => _called.Add(identity);
}
