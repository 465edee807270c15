namespace Kube1.ApiServer.Admission.Policies;

/// <summary>Why a policy refuses.</summary>
/// <param name="Index">Which of its validations; 0 for failures of the policy as a whole.</param>
/// <param name="Message">What is said.</param>
/// <param name="Reason">The reason of the Status, "Invalid".</param>
/// <param name="Elapsed">How long the expression took that it comes from.</param>
internal sealed record PolicyDecision(int Index, string Message, string Reason, TimeSpan Elapsed = default);

/// <summary>What came of one policy with one binding and one parameter.</summary>
internal sealed class PolicyVerdict
{
    /// <summary>What the binding's actions are taken for.</summary>
    public List<PolicyDecision> Denied { get; } = [];

    /// <summary>Failures that the policy wants ignored.</summary>
    public List<PolicyDecision> Ignored { get; } = [];

    /// <summary>Annotations that could not be made: they refuse, whatever the binding's actions are.</summary>
    public List<PolicyDecision> AnnotationErrors { get; } = [];

    /// <summary>Annotations for the audit log.</summary>
    public List<KeyValuePair<string, string>> Annotations { get; } = [];
}
