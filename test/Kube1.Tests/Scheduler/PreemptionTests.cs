using Kube1.Api.Models;

namespace Kube1.Tests.Scheduler;

public sealed class PreemptionTests
{
    [Test]
    public void Next_LowerPriorityInTheWay_EvictsAsFewAsPossible()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n", cpu: "3"));
        core.Apply(
            Make.Pod("a", cpu: "1", priority: 1, node: "n"), Make.Pod("b", cpu: "1", priority: 2, node: "n"),
            Make.Pod("c", cpu: "1", priority: 3, node: "n"));

        var decision = core.Decide(Make.Pod("p", cpu: "1", priority: 10));

        Assert.That(decision.Node, Is.Null);
        Assert.That(decision.Preemption!.Node, Is.EqualTo("n"));
        Assert.That(decision.Preemption.Victims.Select(v => v.Key), Is.EqualTo(new[] { "default/a" }));
        Assert.That(decision.Message, Is.EqualTo("0/1 nodes are available: 1 Insufficient cpu."));
        Assert.That(core.Nominated.NodeOf("uid-p"), Is.EqualTo("n"));
    }

    [Test]
    public void Next_AfterTheVictimIsGone_TakesTheNodeAndKeepsOthersOff()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n", cpu: "1"));
        core.Apply(Make.Pod("victim", cpu: "1", node: "n"));
        core.Decide(Make.Pod("p", cpu: "1", priority: 10));
        core.EvictionsDone("uid-p");

        core.ApplyPod("default/victim", null);
        core.Apply(Make.Pod("thief", cpu: "1"));
        var nodes = new[] { core.Next()!, core.Next()! }.ToDictionary(d => d.Queued.Pod.Key, d => d.Node);

        Assert.That(nodes["default/p"], Is.EqualTo("n"));
        Assert.That(nodes["default/thief"], Is.Null);
    }

    [Test]
    public void Next_VictimStillTerminating_DoesNotEvictMore()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n", cpu: "1"));
        var victim = Make.Pod("victim", cpu: "1", node: "n");
        core.Apply(victim);
        core.Decide(Make.Pod("p", cpu: "1", priority: 10));
        core.EvictionsDone("uid-p");

        core.Apply(victim.With(v => v.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch));
        core.Apply(Make.Node("other", cpu: "1").With(n => n.Spec!.Unschedulable = true));
        core.Apply(Make.Node("n", cpu: "1100m"));
        var again = core.Next();

        Assert.That(again?.Preemption?.Victims ?? [], Is.Empty);
        Assert.That(again?.Message, Does.EndWith("not eligible due to a terminating pod on the nominated node."));
    }

    [Test]
    public void Next_PreemptionPolicyNever_Waits()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n", cpu: "1"));
        core.Apply(Make.Pod("victim", cpu: "1", node: "n"));

        var decision = core.Decide(
            Make.Pod("p", cpu: "1", priority: 10).With(p => p.Spec!.PreemptionPolicy = "Never"));

        Assert.That(decision.Preemption!.Victims, Is.Empty);
        Assert.That(decision.Message, Does.EndWith("preemption: not eligible due to preemptionPolicy=Never."));
    }

    [Test]
    public void Next_BudgetProtectsOneNode_EvictsOnTheOther()
    {
        var budget = new V1PodDisruptionBudget
        {
            Metadata = new() { Name = "b", Namespace = "default" },
            Spec = new() { Selector = new() { MatchLabels = new() { ["app"] = "db" } } },
            Status = new() { DisruptionsAllowed = 0 },
        };
        var core = Make.Core(budgets: budget);
        core.Apply(Make.Node("a", cpu: "1"), Make.Node("b", cpu: "1"));
        core.Apply(Make.Pod("db", cpu: "1", node: "a").Labelled("app", "db"), Make.Pod("web", cpu: "1", priority: 5, node: "b"));

        var decision = core.Decide(Make.Pod("p", cpu: "1", priority: 10));

        Assert.That(decision.Preemption!.Node, Is.EqualTo("b"));
    }

    [Test]
    public void Next_SeveralNodes_PrefersTheLeastImportantVictims()
    {
        var core = Make.Core();
        core.Apply(Make.Node("a", cpu: "1"), Make.Node("b", cpu: "1"), Make.Node("c", cpu: "1"));
        core.Apply(
            Make.Pod("a1", cpu: "1", priority: 5, node: "a"), Make.Pod("b1", cpu: "1", priority: 4, node: "b"),
            Make.Pod("c1", cpu: "1", priority: 6, node: "c"));

        Assert.That(core.Decide(Make.Pod("p", cpu: "1", priority: 10)).Preemption!.Node, Is.EqualTo("b"));
    }
}
