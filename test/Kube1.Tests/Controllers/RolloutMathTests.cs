using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Controllers.Deployments;

namespace Kube1.Tests.Controllers;

internal sealed class RolloutMathTests
{
    [TestCase(10, "25%", "25%", 3, 2)]
    [TestCase(1, "25%", "25%", 1, 0)]
    [TestCase(1, "0", "25%", 0, 1, Description = "both round to zero: one may be missing")]
    [TestCase(3, "1", "0", 1, 0)]
    [TestCase(2, "0%", "100%", 0, 2)]
    [TestCase(2, "5", "5", 5, 2, Description = "no more can be missing than there are")]
    [TestCase(0, "25%", "25%", 0, 0)]
    public void Of_Bounds_AreScaledAndRounded(int replicas, string surge, string unavailable, int maxSurge, int maxUnavailable)
    {
        var math = RolloutMath.Of(Deployment(replicas, surge, unavailable));
        Assert.That((math.MaxSurge, math.MaxUnavailable), Is.EqualTo((maxSurge, maxUnavailable)));
    }

    [Test]
    public void Of_Recreate_HasNoBounds()
    {
        var deployment = Deployment(4, "50%", "50%");
        deployment.Spec!.Strategy!.Type = "Recreate";
        Assert.That(RolloutMath.Of(deployment), Is.EqualTo(new RolloutMath(4, 0, 0, false)));
    }

    [TestCase(10, 3, 0, 10, 3, Description = "start: old 10, new 0")]
    [TestCase(10, 3, 3, 13, 3, Description = "no room")]
    [TestCase(10, 3, 3, 11, 5)]
    [TestCase(10, 3, 9, 10, 10, Description = "never beyond the size")]
    [TestCase(3, 1, 0, 0, 3, Description = "a new Deployment")]
    public void GrownNewSet_Room_IsFilled(int replicas, int surge, int newSet, int total, int expected) =>
        Assert.That(new RolloutMath(replicas, surge, 0, true).GrownNewSet(newSet, total), Is.EqualTo(expected));

    [TestCase(10, 2, 13, 5, 0, 0)]
    [TestCase(10, 2, 13, 5, 5, 5)]
    [TestCase(10, 0, 11, 1, 1, 1)]
    [TestCase(10, 0, 10, 0, 0, 0)]
    public void MaxOldPodsToRemove_UnavailableNewPods_AreNotCountedOn(
        int replicas, int maxUnavailable, int total, int newSet, int newAvailable, int expected) =>
        Assert.That(
            new RolloutMath(replicas, 0, maxUnavailable, true).MaxOldPodsToRemove(total, newSet, newAvailable),
            Is.EqualTo(expected));

    [Test]
    public void WithoutUnhealthy_OldestFirst_WithinBudget() => Assert.That(
        RolloutMath.WithoutUnhealthy([(3, 1), (4, 4), (5, 0)], 4), Is.EqualTo(new[] { 1, 4, 3 }));

    [Test]
    public void ScaledDownOld_OldestFirst_KeepsMinimum() => Assert.That(
        new RolloutMath(10, 3, 2, true).ScaledDownOld([2, 8], 13), Is.EqualTo(new[] { 0, 5 }));

    [Test]
    public void ScaledDownOld_TooFewAvailable_ChangesNothing() => Assert.That(
        new RolloutMath(10, 3, 2, true).ScaledDownOld([2, 8], 8), Is.EqualTo(new[] { 2, 8 }));

    [Test]
    public void Proportional_ScaleUp_SharesAndGivesLeftoverToFirst()
    {
        // 8 and 5 of 10+3; scaled to 15+3: 18 in all, five more, shared 8:5.
        var sizes = new RolloutMath(15, 3, 2, true).Proportional([(8, 13), (5, 13)], 13);
        Assert.That(sizes, Is.EqualTo(new[] { 11, 7 }));
    }

    [Test]
    public void Proportional_ScaleDown_NeverBelowZero()
    {
        var sizes = new RolloutMath(2, 1, 0, true).Proportional([(8, 13), (5, 13)], 13);
        Assert.That(sizes.Sum(), Is.EqualTo(3));
        Assert.That(sizes, Has.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Proportional_ScaleToZero_EmptiesAll() => Assert.That(
        new RolloutMath(0, 0, 0, true).Proportional([(8, 13), (5, 13)], 13), Is.EqualTo(new[] { 0, 0 }));

    [Test]
    public void Proportional_AnySizes_SumIsWhatIsAllowed()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2000; i++)
        {
            var sets = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 30)).OrderDescending().ToList();
            var before = sets.Sum();
            var math = new RolloutMath(random.Next(1, 60), random.Next(0, 10), 0, true);
            var sizes = math.Proportional([.. sets.Select(s => (s, before))], before);
            Assert.That(sizes, Has.All.GreaterThanOrEqualTo(0));
            Assert.That(sizes.Sum(), Is.EqualTo(math.Replicas + math.MaxSurge), string.Join(',', sets) + " " + math);
        }
    }

    private static V1Deployment Deployment(int replicas, string surge, string unavailable) => new()
    {
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Strategy = new V1DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = Bound(surge), MaxUnavailable = Bound(unavailable) },
            },
        },
    };

    private static IntOrString Bound(string text) =>
        int.TryParse(text, out var number) ? new IntOrString(number) : new IntOrString(text);
}
