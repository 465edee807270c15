using Kube1.Api.Models;

namespace Kube1.Scheduler.Plugins;

/// <summary>Which pods are siblings of a pod: read from the Services and workloads that it belongs to.</summary>
internal interface IWorkloadSelectors
{
    /// <summary>The selectors of Services and of the owning workload together; null when the pod belongs to none.</summary>
    V1LabelSelector? SelectorOf(V1Pod pod);
}
