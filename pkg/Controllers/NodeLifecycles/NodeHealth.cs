using Kube1.Api.Models;

namespace Kube1.Controllers.NodeLifecycles;

/// <summary>What becomes of the conditions of a node that has fallen silent.</summary>
internal static class NodeHealth
{
    private static readonly string[] Conditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    /// <summary>Sets the conditions to Unknown; false when they are already.</summary>
    public static bool MarkUnknown(V1NodeStatus status, DateTimeOffset? created, DateTimeOffset now)
    {
        status.Conditions ??= [];
        var changed = false;
        foreach (var type in Conditions)
        {
            var condition = status.Conditions.Find(c => c.Type == type);
            if (condition is null)
            {
                status.Conditions.Add(new V1NodeCondition
                {
                    Type = type,
                    Status = "Unknown",
                    Reason = "NodeStatusNeverUpdated",
                    Message = "Kubelet never posted node status.",
                    LastHeartbeatTime = created,
                    LastTransitionTime = now,
                });
                changed = true;
            }
            else if (condition.Status != "Unknown")
            {
                (condition.Status, condition.Reason, condition.Message, condition.LastTransitionTime) =
                    ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", now);
                changed = true;
            }
        }

        return changed;
    }
}
