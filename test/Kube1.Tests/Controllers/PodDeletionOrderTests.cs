using Kube1.Api.Models;
using Kube1.Controllers.ReplicaSets;

namespace Kube1.Tests.Controllers;

internal sealed class PodDeletionOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("unassigned first", Pod("a", node: ""), Pod("b"));
        yield return Case("pending before running", Pod("a", phase: "Pending"), Pod("b"));
        yield return Case("unknown before running", Pod("a", phase: "Unknown"), Pod("b"));
        yield return Case("not ready first", Pod("a", ready: false), Pod("b"));
        yield return Case("cheap first", Pod("a", cost: "-5"), Pod("b"));
        yield return Case("cost before readiness time", Pod("a", cost: "1", readyFor: 9000), Pod("b", cost: "2", readyFor: 1));
        yield return Case("bad cost counts as zero", Pod("a", cost: "cheap"), Pod("b", cost: "1"));
        yield return Case("ready for less time by magnitude", Pod("a", readyFor: 10), Pod("b", readyFor: 10000));
        yield return Case("same magnitude: by uid", Pod("a", readyFor: 1000), Pod("b", readyFor: 900));
        yield return Case("more restarts first", Pod("a", restarts: 4), Pod("b", restarts: 3));
        yield return Case("younger first", Pod("a", age: 10), Pod("b", age: 100000));
    }

    [TestCaseSource(nameof(Cases))]
    public void Compare_FirstServesLess_IsDeletedFirst(V1Pod first, V1Pod second)
    {
        var order = new PodDeletionOrder(_ => 0, Now);
        Assert.That(order.Compare(first, second), Is.Negative);
        Assert.That(order.Compare(second, first), Is.Positive);
    }

    [Test]
    public void Choose_CrowdedNode_IsThinnedFirst()
    {
        V1Pod[] pods = [Pod("a", node: "n1"), Pod("b", node: "n2"), Pod("c", node: "n2")];
        var related = pods.Append(Pod("other", node: "n1")).Append(Pod("other2", node: "n1"));
        Assert.That(PodDeletionOrder.Choose(pods, related, 1, Now).Single().Metadata.Uid, Is.EqualTo("a"));
        Assert.That(PodDeletionOrder.Choose(pods, pods, 1, Now).Single().Metadata.Uid, Is.EqualTo("b"));
    }

    [Test]
    public void Choose_All_ReturnsAll()
    {
        V1Pod[] pods = [Pod("a"), Pod("b")];
        Assert.That(PodDeletionOrder.Choose(pods, pods, 2, Now), Is.EquivalentTo(pods));
    }

    private static TestCaseData Case(string name, V1Pod first, V1Pod second) =>
        new TestCaseData(first, second).SetArgDisplayNames(name);

    private static V1Pod Pod(
        string uid, string node = "n1", string phase = "Running", bool ready = true, string? cost = null,
        int readyFor = 3600, int restarts = 0, int age = 3600) => new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = uid,
                Uid = uid,
                CreationTimestamp = Now.AddSeconds(-age),
                Annotations = cost is null ? null : new() { [PodDeletionOrder.DeletionCostAnnotation] = cost },
            },
            Spec = new V1PodSpec { NodeName = node },
            Status = new V1PodStatus
            {
                Phase = phase,
                Conditions =
                [
                    new V1PodCondition
                    {
                        Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Now.AddSeconds(-readyFor),
                    },
                ],
                ContainerStatuses = [new V1ContainerStatus { RestartCount = restarts }],
            },
        };
}
