using Kube1.Scheduler.Queue;
using Kube1.Testing;

namespace Kube1.Tests.Scheduler;

public sealed class QueueTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Next_SeveralPods_TakesHigherPriorityFirstThenOlder()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        core.Apply(Make.Pod("low"), Make.Pod("high", priority: 10), Make.Pod("low2"));

        var order = new[] { core.Next(), core.Next(), core.Next() }.Select(d => d!.Queued.Pod.Key);

        Assert.That(order, Is.EqualTo(new[] { "default/high", "default/low", "default/low2" }));
        Assert.That(core.Next(), Is.Null);
    }

    [Test]
    public void Next_RefusedPod_WaitsForAChangeThatHelps()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n", cpu: "1"));
        core.Decide(Make.Pod("p", cpu: "2"));

        core.Apply(Make.Node("small", cpu: "1"));
        Assert.That(core.Next(), Is.Null, "a node that is too small helps nobody");

        core.Apply(Make.Node("large", cpu: "2"));
        Assert.That(core.Next()?.Node, Is.EqualTo("large"));
    }

    [Test]
    public void Next_RoomBecomesFree_TriesAgain()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n", cpu: "1"));
        core.Apply(Make.Pod("old", cpu: "1", node: "n"));
        core.Decide(Make.Pod("p", cpu: "1"));

        core.ApplyPod("default/old", null);

        Assert.That(core.Next()?.Node, Is.EqualTo("n"));
    }

    [Test]
    public void Next_FinishedPod_GivesItsRoomBack()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n", cpu: "1"));
        var old = Make.Pod("old", cpu: "1", node: "n");
        core.Apply(old);
        core.Decide(Make.Pod("p", cpu: "1"));

        core.Apply(old.With(p => p.Status!.Phase = "Succeeded"));

        Assert.That(core.Next()?.Node, Is.EqualTo("n"));
    }

    [Test]
    public void Next_NothingHelpsForFiveMinutes_TriesAnyway()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n", cpu: "1"));
        core.Decide(Make.Pod("p", cpu: "2"));

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.That(core.Next(), Is.Null);
        Assert.That(core.Queue.NextDue, Is.EqualTo(_time.GetUtcNow() + TimeSpan.FromSeconds(1)));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(core.Next()?.Queued.Attempts, Is.EqualTo(2));
    }

    [Test]
    public void NotBound_Repeatedly_BacksOffFromOneToTenSeconds()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        var pod = Make.Pod("p");
        var decision = core.Decide(pod);
        foreach (var seconds in new[] { 1, 2, 4, 8, 10, 10 })
        {
            core.NotBound(decision.Queued, pod, TimeSpan.Zero);
            Assert.That(core.Next(), Is.Null);
            Assert.That(core.Queue.NextDue - _time.GetUtcNow(), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
            _time.Advance(TimeSpan.FromSeconds(seconds));
            decision = core.Next()!;
        }

        Assert.That(decision.Node, Is.EqualTo("n"));
    }

    [Test]
    public void NotBound_PodGoneMeanwhile_FreesItsRoom()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        var decision = core.Decide(Make.Pod("p", cpu: "1"));

        core.NotBound(decision.Queued, null, TimeSpan.Zero);

        Assert.That(core.Cluster.Node("n")!.Requested.MilliCpu, Is.Zero);
        Assert.That(core.Queue.Count, Is.Zero);
    }

    [Test]
    public void ApplyPod_WhileAssumed_IsNotScheduledTwice()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        var pod = Make.Pod("p");
        core.Decide(pod);

        core.Apply(pod);
        Assert.That(core.Next(), Is.Null);

        core.Apply(pod.With(p => p.Spec!.NodeName = "n"));
        Assert.That(core.Cluster.AssumedPods, Is.Zero);
        Assert.That(core.Cluster.Node("n")!.Pods, Has.Count.EqualTo(1));
    }

    [Test]
    public void ApplyPod_Gated_WaitsUntilTheGatesAreGone()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        core.Apply(Make.Pod("p").With(p => p.Spec!.SchedulingGates = [new() { Name = "example.com/wait" }]));

        Assert.That(core.Next(), Is.Null);
        Assert.That(core.Queue.CountOf(QueuePart.Gated), Is.EqualTo(1));

        core.Apply(Make.Pod("p"));
        Assert.That(core.Next()?.Node, Is.EqualTo("n"));
    }

    [Test]
    public void ApplyPod_ForAnotherScheduler_IsLeftAlone()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n"));
        core.Apply(Make.Pod("p").With(p => p.Spec!.SchedulerName = "other"));

        Assert.That(core.Next(), Is.Null);
    }

    [Test]
    public void ApplyPod_DeletedAndMadeAgain_IsANewPod()
    {
        var core = Make.Core(_time);
        core.Apply(Make.Node("n", cpu: "1"));
        core.Decide(Make.Pod("p", cpu: "2"));

        core.Apply(Make.Pod("p", cpu: "1").With(p => p.Metadata.Uid = "second"));

        Assert.That(core.Next()?.Queued.Attempts, Is.EqualTo(1));
    }
}
