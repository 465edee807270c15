using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.Tests.Scheduler;

public sealed class FilterTests
{
    private const string NotHelpful = "no new claims to deallocate, preemption: 0/1 nodes are available: "
        + "1 Preemption is not helpful for scheduling.";

    private static readonly V1LabelSelector Web = new() { MatchLabels = new() { ["app"] = "web" } };

    private static IEnumerable<TestCaseData> Refusals()
    {
        yield return Case("NoNodeHasRoom", Make.Node("n", cpu: "1"), Make.Pod("p", cpu: "2"), "Insufficient cpu");
        yield return Case("NoMemory", Make.Node("n", memory: "1Gi"), Make.Pod("p", memory: "2Gi"), "Insufficient memory");
        yield return Case("ExtendedResource", Make.Node("n"),
            Make.Pod("p").With(p => p.Spec!.Containers[0].Resources!.Requests!["example.com/gpu"] =
                ResourceQuantity.Parse("1")),
            "Insufficient example.com/gpu");
        yield return Case("Taint", Make.Node("n").With(n => n.Spec!.Taints = [new() { Key = "a", Effect = "NoSchedule" }]),
            Make.Pod("p"), "node(s) had untolerated taint(s)");
        yield return Case("Cordoned", Make.Node("n").With(n => n.Spec!.Unschedulable = true),
            Make.Pod("p"), "node(s) were unschedulable");
        yield return Case("NodeSelector", Make.Node("n"),
            Make.Pod("p").With(p => p.Spec!.NodeSelector = new() { ["disk"] = "ssd" }),
            "node(s) didn't match Pod's node affinity/selector");
        yield return Case("AffinityToNobody", Make.Node("n"),
            Make.Pod("p").With(p => p.Spec!.Affinity = new()
            {
                PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [HostTerm()] },
            }),
            "node(s) didn't match pod affinity rules");
        yield return Case("SpreadOverAMissingLabel", Make.Node("n"),
            Make.Pod("p").With(p => p.Spec!.TopologySpreadConstraints =
                [new() { MaxSkew = 1, TopologyKey = "rack", WhenUnsatisfiable = "DoNotSchedule", LabelSelector = Web }]),
            "node(s) didn't match pod topology spread constraints (missing required label)");
    }

    [TestCaseSource(nameof(Refusals))]
    public void Next_NodeThatCannotTakeThePod_SaysUpstreamsReason(V1Node node, V1Pod pod, string reason)
    {
        var core = Make.Core();
        core.Apply(node);

        var decision = core.Decide(pod);

        Assert.That(decision.Node, Is.Null);
        Assert.That(decision.Message, Is.EqualTo($"0/1 nodes are available: 1 {reason}. {NotHelpful}"));
    }

    [Test]
    public void Next_SeveralReasons_CountsAndSortsThem()
    {
        var core = Make.Core();
        core.Apply(
            Make.Node("a").With(n => n.Spec!.Taints = [new() { Key = "x", Effect = "NoExecute" }]),
            Make.Node("b", cpu: "1"), Make.Node("c", cpu: "1", memory: "1Gi"));
        core.Apply(Make.Pod("old", cpu: "1", node: "b"));

        var decision = core.Decide(Make.Pod("p", cpu: "1", memory: "2Gi"));

        Assert.That(decision.Message, Is.EqualTo(
            "0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) had untolerated taint(s). "
            + "no new claims to deallocate, preemption: 0/3 nodes are available: "
            + "1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."));
    }

    [Test]
    public void Next_NoNodes_SaysSo()
    {
        var decision = Make.Core().Decide(Make.Pod("p"));

        Assert.That(decision.Message, Is.EqualTo("no nodes available to schedule pods"));
    }

    [Test]
    public void Next_NodeNamedByField_LooksAtThatNodeOnly()
    {
        var core = Make.Core();
        core.Apply(Make.Node("a"), Make.Node("b", cpu: "1"));
        var pod = Make.Pod("daemon", cpu: "2").With(p => p.Spec!.Affinity = new()
        {
            NodeAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new()
                {
                    NodeSelectorTerms =
                        [new() { MatchFields = [new() { Key = "metadata.name", Operator = "In", Values = ["b"] }] }],
                },
            },
        });

        Assert.That(core.Decide(pod).Message, Does.StartWith(
            "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]."));
    }

    [Test]
    public void Next_ToleratedTaint_TakesTheNode()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n").With(n => n.Spec!.Taints = [new() { Key = "a", Value = "b", Effect = "NoSchedule" }]));

        var pod = Make.Pod("p").With(p => p.Spec!.Tolerations = [new() { Key = "a", Operator = "Exists" }]);

        Assert.That(core.Decide(pod).Node, Is.EqualTo("n"));
    }

    [Test]
    public void Next_HostPortTaken_RefusesUnlessAddressOrProtocolDiffer()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n"));
        core.Apply(Ported("old", "TCP", "10.0.0.1", "n"));

        Assert.Multiple(() =>
        {
            Assert.That(core.Decide(Ported("any", "TCP", null)).Message, Does.Contain("didn't have free ports"));
            Assert.That(core.Decide(Ported("udp", "UDP", null)).Node, Is.EqualTo("n"));
            Assert.That(core.Decide(Ported("other", "TCP", "10.0.0.2")).Node, Is.EqualTo("n"));
        });
    }

    [Test]
    public void Next_AntiAffinityOfAPlacedPod_KeepsOthersOff()
    {
        var core = Make.Core();
        core.Apply(Make.Node("a"), Make.Node("b"));
        core.Apply(AntiWeb(Make.Pod("loner", node: "a")));

        Assert.That(core.Decide(Make.Pod("w1").Labelled("app", "web")).Node, Is.EqualTo("b"));
        Assert.That(core.Decide(AntiWeb(Make.Pod("w2").Labelled("app", "web"))).Message, Does.StartWith(
            "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, "
            + "1 node(s) didn't satisfy existing pods anti-affinity rules."));
    }

    [Test]
    public void Next_AffinityToItself_StartsTheGroupAndKeepsItTogether()
    {
        var core = Make.Core();
        core.Apply(Make.Node("a"), Make.Node("b"));
        V1Pod Grouped(string name) => Make.Pod(name).Labelled("app", "web").With(p => p.Spec!.Affinity = new()
        {
            PodAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [HostTerm()] },
        });

        var first = core.Decide(Grouped("w1")).Node;

        Assert.That(first, Is.Not.Null);
        Assert.That(core.Decide(Grouped("w2")).Node, Is.EqualTo(first));
    }

    [Test]
    public void Next_SpreadByHost_AlternatesAndThenRefuses()
    {
        var core = Make.Core();
        core.Apply(Make.Node("a"), Make.Node("b", pods: 1));
        V1Pod Spread(string name) => Make.Pod(name).Labelled("app", "web").With(p => p.Spec!.TopologySpreadConstraints =
        [
            new()
            {
                MaxSkew = 1, TopologyKey = "kubernetes.io/hostname", WhenUnsatisfiable = "DoNotSchedule",
                LabelSelector = Web,
            },
        ]);

        var nodes = new[] { core.Decide(Spread("1")).Node, core.Decide(Spread("2")).Node, core.Decide(Spread("3")).Node };
        var fourth = core.Decide(Spread("4"));

        Assert.That(nodes.Count(n => n == "a"), Is.EqualTo(2));
        Assert.That(fourth.Message, Does.StartWith(
            "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints."));
    }

    [Test]
    public void Next_SidecarAndInitContainers_NeedTheirPeak()
    {
        var core = Make.Core();
        core.Apply(Make.Node("n", cpu: "3"));
        var pod = Make.Pod("p", cpu: "1").With(p => p.Spec!.InitContainers =
        [
            new() { Name = "sidecar", RestartPolicy = "Always", Resources = Cpu("1") },
            new() { Name = "setup", Resources = Cpu("2500m") },
        ]);

        Assert.That(core.Decide(pod).Message, Does.Contain("Insufficient cpu"));
        pod.Spec!.InitContainers![1].Resources = Cpu("2");
        Assert.That(core.Decide(pod.With(p => p.Metadata.Uid = "again")).Node, Is.EqualTo("n"));
    }

    private static TestCaseData Case(string name, V1Node node, V1Pod pod, string reason) =>
        new TestCaseData(node, pod, reason).SetArgDisplayNames(name);

    private static V1PodAffinityTerm HostTerm() => new() { LabelSelector = Web, TopologyKey = "kubernetes.io/hostname" };

    private static V1ResourceRequirements Cpu(string cpu) =>
        new() { Requests = new() { ["cpu"] = ResourceQuantity.Parse(cpu) } };

    private static V1Pod AntiWeb(V1Pod pod) => pod.With(p => p.Spec!.Affinity = new()
    {
        PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [HostTerm()] },
    });

    private static V1Pod Ported(string name, string protocol, string? address, string? node = null) =>
        Make.Pod(name, node: node).With(p => p.Spec!.Containers[0].Ports =
            [new() { ContainerPort = 80, HostPort = 80, Protocol = protocol, HostIP = address }]);
}
