using System.Net;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Controllers.Namespaces;
using Kube1.Controllers.NodeIpam;
using Kube1.Controllers.PodDisruptionBudgets;

namespace Kube1.Tests.Controllers;

public sealed class AllocationAndBudgetTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Allocate_Range_GivesTheLowestFreePartUntilNoneIsLeft()
    {
        var allocator = new CidrAllocator(IPNetwork.Parse("10.42.0.0/22"), 24);
        allocator.Occupy(IPNetwork.Parse("10.42.1.0/24"));

        var given = new[] { allocator.Allocate(), allocator.Allocate(), allocator.Allocate(), allocator.Allocate() };

        Assert.That(given.Select(g => g?.ToString()), Is.EqualTo(
            new[] { "10.42.0.0/24", "10.42.2.0/24", "10.42.3.0/24", null }));
        allocator.Release(IPNetwork.Parse("10.42.2.0/24"));
        Assert.That(allocator.Allocate()?.ToString(), Is.EqualTo("10.42.2.0/24"));
    }

    [Test]
    public void Allocate_IPv6_Works()
    {
        var allocator = new CidrAllocator(IPNetwork.Parse("fd00::/56"), 64);
        allocator.Allocate();

        Assert.That(allocator.Allocate()?.ToString(), Is.EqualTo("fd00:0:0:1::/64"));
    }

    [TestCase("minAvailable", "2", 3, 3, 1)]
    [TestCase("minAvailable", "50%", 3, 3, 1)]
    [TestCase("maxUnavailable", "1", 3, 3, 1)]
    [TestCase("maxUnavailable", "1", 3, 2, 0)]
    [TestCase("maxUnavailable", "30%", 10, 10, 3)]
    public void Calculate_Budget_AllowsWhatIsLeftOver(string field, string value, int pods, int ready, int allowed)
    {
        var amount = int.TryParse(value, out var number) ? new IntOrString(number) : new IntOrString(value);
        var budget = new V1PodDisruptionBudget
        {
            Spec = field == "minAvailable" ? new() { MinAvailable = amount } : new() { MaxUnavailable = amount },
        };

        var status = DisruptionCalculator.Calculate(
            budget, [.. Enumerable.Range(0, pods).Select(i => Pod(i, i < ready))], pods, Now);

        Assert.That(status.DisruptionsAllowed, Is.EqualTo(allowed));
        Assert.That(status.Conditions![0].Reason, Is.EqualTo(allowed > 0 ? "SufficientPods" : "InsufficientPods"));
    }

    [Test]
    public void Calculate_PodBeingEvicted_IsPaidForUntilItTakesTooLong()
    {
        var budget = new V1PodDisruptionBudget
        {
            Spec = new() { MinAvailable = 1 },
            Status = new() { DisruptedPods = new() { ["p0"] = Now } },
        };
        V1Pod[] pods = [Pod(0, true), Pod(1, true)];

        Assert.That(DisruptionCalculator.Calculate(budget, pods, 2, Now).DisruptionsAllowed, Is.Zero);
        Assert.That(
            DisruptionCalculator.Calculate(budget, pods, 2, Now + DisruptionCalculator.DeletionTimeout)
                .DisruptionsAllowed,
            Is.EqualTo(1));
    }

    [Test]
    public void Apply_Remains_SpeaksUpstreamsWords()
    {
        var status = new V1NamespaceStatus();
        var remains = new NamespaceRemains();
        remains.Instances["pods."] = 2;
        remains.Finalizers["example.com/hold"] = 1;

        Assert.That(NamespaceConditions.Apply(status, remains, Now), Is.True);
        Assert.That(NamespaceConditions.Apply(status, remains, Now), Is.False);
        var conditions = status.Conditions!.ToDictionary(c => c.Type, c => (c.Status, c.Reason, c.Message));
        Assert.Multiple(() =>
        {
            Assert.That(conditions["NamespaceContentRemaining"], Is.EqualTo((
                "True", "SomeResourcesRemain", "Some resources are remaining: pods. has 2 resource instances")));
            Assert.That(conditions["NamespaceFinalizersRemaining"], Is.EqualTo((
                "True", "SomeFinalizersRemain",
                "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances")));
            Assert.That(conditions["NamespaceDeletionDiscoveryFailure"], Is.EqualTo((
                "False", "ResourcesDiscovered", "All resources successfully discovered")));
        });
    }

    private static V1Pod Pod(int index, bool ready) => new()
    {
        Metadata = new() { Name = $"p{index}" },
        Status = new() { Conditions = [new() { Type = "Ready", Status = ready ? "True" : "False" }] },
    };
}
