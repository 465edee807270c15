using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Scheduler;
using Kube1.Scheduler.Plugins;
using Kube1.Scheduler.Snapshot;

namespace Kube1.Tests.Scheduler;

public sealed class ScoreTests
{
    // Upstream's table for LeastAllocated: ((free cpu / cpu) + (free memory / memory)) × 100 / 2.
    [TestCase("4", "10000", "3000m", "5000", 37)]
    [TestCase("4", "10000", null, null, 48, Description = "assumed: 100m, and 200 MiB, which do not fit")]
    [TestCase("6", "10000", "3000m", "5000", 50)]
    public void Score_NodeResourcesFit_IsUpstreams(string cpu, string memory, string? podCpu, string? podMemory, int expected)
    {
        var score = Scores("NodeResourcesFit", Make.Pod("p", podCpu, podMemory), Make.Node("n", cpu, memory))[0];

        Assert.That(score, Is.EqualTo(expected));
    }

    [TestCase("4", "10000", "3000m", "5000", 87)]
    [TestCase("6", "10000", "3000m", "5000", 100)]
    [TestCase("10", "10000", "1000m", "9000", 60)]
    public void Score_NodeResourcesBalancedAllocation_IsUpstreams(
        string cpu, string memory, string podCpu, string podMemory, int expected) =>
        Assert.That(
            Scores("NodeResourcesBalancedAllocation", Make.Pod("p", podCpu, podMemory), Make.Node("n", cpu, memory)),
            Is.EqualTo(new long[] { expected }));

    [Test]
    public void Score_TaintToleration_PrefersFewerIntolerableTaints()
    {
        static V1Node Tainted(string name, int count) => Make.Node(name).With(n => n.Spec!.Taints =
            [.. Enumerable.Range(0, count).Select(i => new V1Taint { Key = $"k{i}", Effect = "PreferNoSchedule" })]);

        Assert.That(
            Scores("TaintToleration", Make.Pod("p"), Tainted("a", 0), Tainted("b", 1), Tainted("c", 2)),
            Is.EqualTo(new long[] { 100, 50, 0 }));
    }

    [Test]
    public void Score_NodeAffinity_AddsTheWeightsThatMatch()
    {
        var pod = Make.Pod("p").With(p => p.Spec!.Affinity = new()
        {
            NodeAffinity = new()
            {
                PreferredDuringSchedulingIgnoredDuringExecution =
                [
                    Term(2, "zone", "In", "x"), Term(4, "cores", "Gt", "8"), Term(5, "slow", "DoesNotExist"),
                ],
            },
        });
        static V1Node Labelled(string name, string cores, bool slow) => Make.Node(name).With(n =>
        {
            n.Metadata.Labels!["zone"] = "x";
            n.Metadata.Labels["cores"] = cores;
            if (slow)
            {
                n.Metadata.Labels["slow"] = "";
            }
        });

        Assert.That(
            Scores("NodeAffinity", pod, Labelled("a", "16", false), Labelled("b", "8", true), Make.Node("c")),
            Is.EqualTo(new long[] { 100, 18, 45 }));
    }

    [Test]
    public void Score_ImageLocality_CountsLargeImagesThatAreThere()
    {
        const long mb = 1024 * 1024;
        var pod = Make.Pod("p").With(p => p.Spec!.Containers[0].Image = "registry/app");
        var with = Make.Node("a").With(n => n.Status!.Images =
            [new() { Names = ["registry/app:latest"], SizeBytes = 1000 * mb }]);

        Assert.That(
            Scores("ImageLocality", pod, with, Make.Node("b")),
            Is.EqualTo(new long[] { 100 * ((500 * mb) - (23 * mb)) / ((1000 * mb) - (23 * mb)), 0 }));
    }

    [Test]
    public void Score_PodTopologySpreadWithSystemDefaults_PrefersTheNodeWithFewerSiblings()
    {
        var core = Make.Core(workloads: new Make.OneService("app", "web"));
        core.Apply(Make.Node("a"), Make.Node("b"), Make.Node("c"));
        for (var i = 0; i < 9; i++)
        {
            core.Decide(Make.Pod($"w{i}").Labelled("app", "web"));
        }

        Assert.That(core.Cluster.Nodes.Select(n => n.Pods.Count), Is.All.EqualTo(3));
    }

    [Test]
    public void Score_InterPodAffinity_WeighsBothDirections()
    {
        var web = new V1LabelSelector { MatchLabels = new() { ["app"] = "web" } };
        var core = Make.Core();
        core.Apply(Make.Node("a"), Make.Node("b"), Make.Node("c"));
        core.Apply(Make.Pod("w", node: "a").Labelled("app", "web"));
        core.Apply(Make.Pod("hater", node: "b").With(p => p.Spec!.Affinity = new()
        {
            PodAntiAffinity = new()
            {
                PreferredDuringSchedulingIgnoredDuringExecution =
                [
                    new()
                    {
                        Weight = 10,
                        PodAffinityTerm = new() { LabelSelector = web, TopologyKey = "kubernetes.io/hostname" },
                    },
                ],
            },
        }));
        var pod = Make.Pod("p").Labelled("app", "web").With(p => p.Spec!.Affinity = new()
        {
            PodAffinity = new()
            {
                PreferredDuringSchedulingIgnoredDuringExecution =
                [
                    new()
                    {
                        Weight = 10,
                        PodAffinityTerm = new() { LabelSelector = web, TopologyKey = "kubernetes.io/hostname" },
                    },
                ],
            },
        });

        Assert.That(Scores(core, "InterPodAffinity", pod), Is.EqualTo(new long[] { 100, 0, 50 }));
    }

    [TestCase(10, 10)]
    [TestCase(100, 100)]
    [TestCase(1000, 420)]
    [TestCase(6000, 300)]
    public void EnoughFeasible_LargerCluster_IsASmallerShare(int nodes, int expected) =>
        Assert.That(PodPlacer.EnoughFeasible(nodes), Is.EqualTo(expected));

    private static long[] Scores(string plugin, V1Pod pod, params V1Node[] nodes)
    {
        var core = Make.Core();
        core.Apply(nodes);
        return Scores(core, plugin, pod);
    }

    private static long[] Scores(SchedulerCore core, string name, V1Pod pod)
    {
        var plugin = core.Plugins.Find(name)!;
        var cycle = new SchedulingCycle(new PodInfo(pod), core.Cluster, core.Plugins.All.Length);
        var nodes = core.Cluster.Nodes;
        Assert.That(plugin.PreScore(cycle, nodes), Is.True);
        var scores = Array.ConvertAll(nodes, n => plugin.Score(cycle, n));
        plugin.Normalize(cycle, nodes, scores);
        return scores;
    }

    private static V1PreferredSchedulingTerm Term(int weight, string key, string op, params string[] values) => new()
    {
        Weight = weight,
        Preference = new() { MatchExpressions = [new() { Key = key, Operator = op, Values = [.. values] }] },
    };
}
