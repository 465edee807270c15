using Kube1.Api.Models;
using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Scheduler.Preemption;

/// <summary>Where room can be made for a pod and who has to go; or, without a node, why that does not help.</summary>
internal sealed record PreemptionOutcome(string? Node, IReadOnlyList<PodInfo> Victims, string Message, bool ClearNomination);

/// <summary>
/// Makes room for a pod by evicting pods of lower priority, as few and as unimportant as possible, disruption budgets
/// respected where that can be. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
/// </summary>
internal sealed class DefaultPreemption(
    PodPlacer placer, NominatedPods nominated, Func<IEnumerable<V1PodDisruptionBudget>> budgets, Random random,
    TimeProvider time)
{
    /// <summary>Upstream's name of this plugin.</summary>
    public const string PluginName = "DefaultPreemption";

    /// <summary>Candidates that are enough to choose from, as a share of the nodes and at least in number.</summary>
    private const int MinCandidatePercent = 10;

    private const int MinCandidates = 100;

    private static readonly Verdict NotHelpful =
        Verdict.Unresolvable(PluginName, "Preemption is not helpful for scheduling");

    private static readonly Verdict NoVictims =
        Verdict.Unresolvable(PluginName, "No preemption victims found for incoming pod");

    public PreemptionOutcome Preempt(SchedulingCycle cycle, Diagnosis diagnosis)
    {
        if (Ineligible(cycle, diagnosis) is { } why)
        {
            return new PreemptionOutcome(null, [], why, ClearNomination: false);
        }

        var nodes = cycle.Cluster.Nodes;
        var verdicts = new Diagnosis(nodes.Length) { OtherNodes = NotHelpful };
        var candidates = Candidates(cycle, [.. nodes.Where(n => diagnosis.For(n)?.Resolvable == true)], verdicts);
        if (candidates.Count == 0)
        {
            return new PreemptionOutcome(null, [], verdicts.Message(), ClearNomination: true);
        }

        var best = CandidateOrder.Best(candidates);
        return new PreemptionOutcome(best.Node.Name, best.Victims, "", ClearNomination: false);
    }

    private string? Ineligible(SchedulingCycle cycle, Diagnosis diagnosis)
    {
        var pod = cycle.Pod;
        if (pod.Pod.Spec?.PreemptionPolicy == "Never")
        {
            return "not eligible due to preemptionPolicy=Never.";
        }

        // One eviction at a time: while a victim is going, its place may be all that the pod needs.
        return nominated.NodeOf(pod.Uid) is { } name && cycle.Cluster.Node(name) is { } node
            && diagnosis.For(node)?.Resolvable != false
            && node.Pods.Exists(p => p.Terminating && p.Priority < pod.Priority)
                ? "not eligible due to a terminating pod on the nominated node."
                : null;
    }

    private List<Candidate> Candidates(SchedulingCycle cycle, NodeInfo[] nodes, Diagnosis verdicts)
    {
        var found = new List<Candidate>();
        if (nodes.Length == 0)
        {
            return found;
        }

        var enough = Math.Max(MinCandidates, nodes.Length * MinCandidatePercent / 100);
        var disruptionBudgets = budgets().ToArray();
        var offset = random.Next(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            var node = nodes[(offset + i) % nodes.Length];
            var (candidate, refusal) = Simulate(cycle, node, disruptionBudgets);
            if (candidate is null)
            {
                verdicts.Add(node, refusal!);
                continue;
            }

            found.Add(candidate);
            if (found.Count >= enough && found.Exists(c => c.Violations == 0))
            {
                break;
            }
        }

        return found;
    }

    // Takes all pods of lower priority away; when the pod fits then, gives back as many as possible, the most important
    // and those that a budget protects first.
    private (Candidate? Candidate, Verdict? Refusal) Simulate(
        SchedulingCycle cycle, NodeInfo original, V1PodDisruptionBudget[] disruptionBudgets)
    {
        var lower = original.Pods.Where(p => p.Priority < cycle.Pod.Priority).ToList();
        if (lower.Count == 0)
        {
            return (null, NoVictims);
        }

        var node = original.Clone();
        var whatIf = cycle.Clone();
        foreach (var pod in lower)
        {
            node.RemovePod(pod);
            placer.Removed(whatIf, pod, node);
        }

        if (placer.Filter(whatIf, node) is { } refusal)
        {
            return (null, refusal);
        }

        var now = time.GetUtcNow();
        lower.Sort((x, y) => CandidateOrder.MoreImportantFirst(x, y, now));
        var (violating, others) = BudgetViolations.Split(lower, disruptionBudgets);
        var victims = new List<PodInfo>();
        var violations = violating.Count(p => !Reprieve(whatIf, node, p, victims));
        foreach (var pod in others)
        {
            Reprieve(whatIf, node, pod, victims);
        }

        victims.Sort((x, y) => CandidateOrder.MoreImportantFirst(x, y, now));
        return (new Candidate(original, victims, violations), null);
    }

    private bool Reprieve(SchedulingCycle whatIf, NodeInfo node, PodInfo pod, List<PodInfo> victims)
    {
        node.AddPod(pod);
        placer.Added(whatIf, pod, node);
        if (placer.Filter(whatIf, node) is null)
        {
            return true;
        }

        node.RemovePod(pod);
        placer.Removed(whatIf, pod, node);
        victims.Add(pod);
        return false;
    }
}
