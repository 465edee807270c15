using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Audit.Policies;

/// <summary>What a policy makes of a request.</summary>
/// <param name="Level">How much is logged.</param>
/// <param name="OmittedStages">The stages without an event, a bit for each.</param>
/// <param name="OmitManagedFields">Whether metadata.managedFields is left out of objects.</param>
internal readonly record struct AuditDecision(AuditLevel Level, int OmittedStages, bool OmitManagedFields)
{
    /// <summary>Whether a stage makes no event.</summary>
    public bool Omits(AuditStage stage) => (OmittedStages & MaskOf(stage)) != 0;

    /// <summary>The bit of a stage.</summary>
    public static int MaskOf(AuditStage stage) => 1 << (int)stage;
}

/// <summary>
/// Which requests are logged, and how much of them: the first rule that is about a request decides, and where none is,
/// nothing is logged. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
/// </summary>
internal sealed class AuditPolicy(IReadOnlyList<AuditRule> rules)
{
    /// <summary>An array: going through it allocates nothing.</summary>
    private readonly AuditRule[] _rules = [.. rules];

    /// <summary>Decides on a request; the user is null where nobody knows who asks.</summary>
    public AuditDecision Evaluate(RequestInfo info, UserInfo? user)
    {
        foreach (var rule in _rules)
        {
            if (rule.Matches(info, user))
            {
                return rule.Decision;
            }
        }

        return default;
    }
}
