using Kube1.Api.Models;
using Kube1.Controllers.NodeLifecycles;
using Kube1.Testing;

namespace Kube1.Tests.Controllers;

public sealed class NodeLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("Ready", "False", NodeTaints.NotReady)]
    [TestCase("Ready", "Unknown", NodeTaints.Unreachable)]
    [TestCase("MemoryPressure", "True", "node.kubernetes.io/memory-pressure")]
    [TestCase("DiskPressure", "True", "node.kubernetes.io/disk-pressure")]
    [TestCase("PIDPressure", "True", "node.kubernetes.io/pid-pressure")]
    [TestCase("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable")]
    public void Wanted_BadCondition_AddsItsTaintAndTakesItAwayAgain(string condition, string status, string taint)
    {
        var node = Node((condition, status));

        var wanted = NodeTaints.Wanted(node, null, Now)!;
        Assert.That(wanted.Select(t => (t.Key, t.Effect)), Is.EqualTo(new[] { (taint, "NoSchedule") }));

        node.Spec!.Taints = wanted;
        Assert.That(NodeTaints.Wanted(node, null, Now), Is.Null, "nothing more to do");

        node.Status!.Conditions = [new() { Type = "Ready", Status = "True" }];
        Assert.That(NodeTaints.Wanted(node, null, Now), Is.Empty);
    }

    [Test]
    public void Wanted_ForeignTaints_StayAsTheyAre()
    {
        var node = Node(("Ready", "True"));
        node.Spec!.Taints = [new() { Key = "mine", Effect = "NoExecute" }];
        node.Spec.Unschedulable = true;

        Assert.That(NodeTaints.Wanted(node, null, Now)!.Select(t => t.Key), Is.EqualTo(
            new[] { "mine", "node.kubernetes.io/unschedulable" }));
    }

    [Test]
    public void Wanted_FromNotReadyToUnreachable_SwapsTheNoExecuteTaint()
    {
        var node = Node(("Ready", "Unknown"));
        node.Spec!.Taints =
            [new() { Key = NodeTaints.NotReady, Effect = "NoExecute" }, new() { Key = NodeTaints.NotReady, Effect = "NoSchedule" }];

        Assert.That(
            NodeTaints.Wanted(node, NodeTaints.Unreachable, Now)!.Select(t => (t.Key, t.Effect)),
            Is.EquivalentTo(new[] { (NodeTaints.Unreachable, "NoSchedule"), (NodeTaints.Unreachable, "NoExecute") }));
    }

    [Test]
    public void MarkUnknown_SilentNode_SetsAllFourConditionsOnce()
    {
        var status = new V1NodeStatus
        {
            Conditions = [new() { Type = "Ready", Status = "True" }, new() { Type = "DiskPressure", Status = "False" }],
        };

        Assert.That(NodeHealth.MarkUnknown(status, Now, Now), Is.True);
        Assert.That(status.Conditions, Has.Count.EqualTo(4).And.All.Property("Status").EqualTo("Unknown"));
        Assert.That(status.Conditions[0].Reason, Is.EqualTo("NodeStatusUnknown"));
        Assert.That(status.Conditions[2].Reason, Is.EqualTo("NodeStatusNeverUpdated"));
        Assert.That(NodeHealth.MarkUnknown(status, Now, Now), Is.False);
    }

    [TestCase(1, 1, ZoneState.Normal)]
    [TestCase(0, 1, ZoneState.Full)]
    [TestCase(2, 3, ZoneState.Partial)]
    [TestCase(3, 3, ZoneState.Normal)]
    public void StateOf_Zone_IsUpstreams(int ready, int notReady, object expected) =>
        Assert.That(ZonePacer.StateOf(ready, notReady), Is.EqualTo(expected));

    [Test]
    public void Wait_NormalZone_GivesUpANodeEveryTenSeconds()
    {
        var time = new ManualTime();
        var pacer = new ZonePacer(time);

        Assert.That(pacer.Wait("z", ZoneState.Normal, 10), Is.Null);
        Assert.That(pacer.Wait("z", ZoneState.Normal, 10), Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(pacer.Wait("other", ZoneState.Normal, 10), Is.Null);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(pacer.Wait("z", ZoneState.Normal, 10), Is.Null);
        Assert.That(pacer.Wait("small", ZoneState.Partial, 10), Is.EqualTo(Timeout.InfiniteTimeSpan));
    }

    [Test]
    public void EvictAt_Tolerations_TakeTheShortestAndNeedAll()
    {
        var taints = new List<V1Taint>
        {
            new() { Key = NodeTaints.Unreachable, Effect = "NoExecute", TimeAdded = Now },
        };
        static V1Pod Tolerating(params long?[] seconds) => new()
        {
            Spec = new()
            {
                Tolerations =
                [
                    .. seconds.Select(s => new V1Toleration
                    {
                        Key = NodeTaints.Unreachable, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = s,
                    }),
                ],
            },
        };

        Assert.Multiple(() =>
        {
            Assert.That(TaintTolerances.EvictAt(Tolerating(), taints, Now), Is.EqualTo(Now));
            Assert.That(TaintTolerances.EvictAt(Tolerating((long?)null), taints, Now), Is.Null);
            Assert.That(TaintTolerances.EvictAt(Tolerating(300, 60), taints, Now), Is.EqualTo(Now.AddSeconds(60)));
            Assert.That(TaintTolerances.EvictAt(Tolerating(), [], Now), Is.Null);
        });
    }

    [Test]
    public void Observe_SameRenewTimeAgain_IsNoSignOfLife()
    {
        var time = new ManualTime();
        var heartbeats = new NodeHeartbeats(time);
        var lease = new V1Lease { Metadata = new() { Name = "n" }, Spec = new() { RenewTime = Now } };
        heartbeats.Observe(lease);
        var first = heartbeats.LastOf("n");

        time.Advance(TimeSpan.FromSeconds(20));
        heartbeats.Observe(lease);
        Assert.That(heartbeats.LastOf("n"), Is.EqualTo(first));

        lease.Spec!.RenewTime = Now.AddSeconds(10);
        heartbeats.Observe(lease);
        Assert.That(heartbeats.LastOf("n"), Is.EqualTo(time.GetUtcNow()));
    }

    private static V1Node Node(params (string Type, string Status)[] conditions) => new()
    {
        Metadata = new() { Name = "n" },
        Spec = new(),
        Status = new()
        {
            Conditions =
            [
                .. conditions.Append(("Ready", "True")).DistinctBy(c => c.Item1)
                    .Select(c => new V1NodeCondition { Type = c.Item1, Status = c.Item2 }),
            ],
        },
    };
}
