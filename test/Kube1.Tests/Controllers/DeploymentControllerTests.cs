using Kube1.Api.Models;
using Kube1.Controllers.Deployments;
using Kube1.Testing;

namespace Kube1.Tests.Controllers;

internal sealed class DeploymentControllerTests
{
    [Test]
    public async Task Sync_New_BecomesAvailable()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Deployment>().CreateAsync(ControllerFixture.NewDeployment(3), default);
        await CompleteAsync(f);
        var set = f.Sets.Single();
        var hash = set.Metadata.Labels!["pod-template-hash"];
        Assert.That(set.Metadata.Name, Is.EqualTo("web-" + hash));
        Assert.That(set.Spec!.Selector.MatchLabels!["pod-template-hash"], Is.EqualTo(hash));
        Assert.That(f.Deployment.Metadata.Annotations![DeploymentAnnotations.Revision], Is.EqualTo("1"));
        Assert.That(Condition(f, "Available"), Is.EqualTo(("True", "MinimumReplicasAvailable")));
        Assert.That(Condition(f, "Progressing"), Is.EqualTo(("True", "NewReplicaSetAvailable")));
        Assert.That(
            f.Deployment.Status!.Conditions!.Find(c => c.Type == "Progressing")!.Message,
            Is.EqualTo($"ReplicaSet \"{set.Metadata.Name}\" has successfully progressed."));
        await f.Api.WaitAsync(
            () => f.Events.Any(e => e.Message == $"Scaled up replica set {set.Metadata.Name} from 0 to 3"), "event");
    }

    [Test]
    public async Task Sync_NewImage_RollsWithinBounds()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Deployment>().CreateAsync(ControllerFixture.NewDeployment(4), default);
        await CompleteAsync(f);
        await f.ChangeAsync(d => d.Spec!.Template.Spec!.Containers[0].Image = "v2");
        await f.RunPodsUntilAsync(
            () => IsComplete(f) && f.Pods.All(p => p.Spec!.Containers[0].Image == "v2") && f.Pods.Count == 4, "all of v2",
            () =>
            {
                Assert.That(f.Sets.Sum(s => s.Spec!.Replicas), Is.LessThanOrEqualTo(5), "maxSurge 1");
                Assert.That(f.Pods.Count(Ready), Is.GreaterThanOrEqualTo(4), "maxUnavailable 0");
            });
        Assert.That(f.Deployment.Metadata.Annotations![DeploymentAnnotations.Revision], Is.EqualTo("2"));
        Assert.That(f.Sets.Select(s => s.Spec!.Replicas).Order(), Is.EqualTo(new[] { 0, 4 }));
    }

    [Test]
    public async Task Sync_RolledBack_ReusesTheOldSetAsNewestRevision()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Deployment>().CreateAsync(ControllerFixture.NewDeployment(1), default);
        await CompleteAsync(f);
        var first = f.Sets.Single().Metadata.Name;
        await f.ChangeAsync(d => d.Spec!.Template.Spec!.Containers[0].Image = "v2");
        await CompleteAsync(f, "v2");
        await f.ChangeAsync(d => d.Spec!.Template.Spec!.Containers[0].Image = "v1");
        await CompleteAsync(f, "v1");
        var set = f.Sets.Single(s => s.Spec!.Replicas == 1);
        Assert.That(set.Metadata.Name, Is.EqualTo(first));
        Assert.That(set.Metadata.Annotations![DeploymentAnnotations.Revision], Is.EqualTo("3"));
        Assert.That(set.Metadata.Annotations[DeploymentAnnotations.RevisionHistory], Is.EqualTo("1"));
        Assert.That(f.Sets, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Sync_Recreate_NeverRunsBothVersions()
    {
        await using var f = new ControllerFixture();
        var deployment = ControllerFixture.NewDeployment(2);
        deployment.Spec!.Strategy = new V1DeploymentStrategy { Type = "Recreate" };
        await f.Client.Of<V1Deployment>().CreateAsync(deployment, default);
        await CompleteAsync(f);
        await f.ChangeAsync(d => d.Spec!.Template.Spec!.Containers[0].Image = "v2");
        await f.RunPodsUntilAsync(
            () => IsComplete(f) && f.Pods.Count == 2 && f.Pods.All(p => p.Spec!.Containers[0].Image == "v2"), "v2",
            () => Assert.That(f.Pods.Select(p => p.Spec!.Containers[0].Image).Distinct().Count(), Is.LessThanOrEqualTo(1)));
    }

    [Test]
    public async Task Sync_Paused_ScalesButDoesNotRoll()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Deployment>().CreateAsync(ControllerFixture.NewDeployment(1), default);
        await CompleteAsync(f);
        await f.ChangeAsync(d =>
        {
            d.Spec!.Paused = true;
            d.Spec.Replicas = 2;
            d.Spec.Template.Spec!.Containers[0].Image = "v2";
        });
        await f.RunPodsUntilAsync(
            () => f.Pods.Count == 2 && Condition(f, "Progressing").Reason == "DeploymentPaused", "two of v1");
        Assert.That(f.Pods.Select(p => p.Spec!.Containers[0].Image), Has.All.EqualTo("v1"));
        await f.ChangeAsync(d => d.Spec!.Paused = false);
        await CompleteAsync(f, "v2");
    }

    [Test]
    public async Task Sync_HistoryLimit_DeletesOldestSets()
    {
        await using var f = new ControllerFixture();
        var deployment = ControllerFixture.NewDeployment(1);
        deployment.Spec!.RevisionHistoryLimit = 1;
        await f.Client.Of<V1Deployment>().CreateAsync(deployment, default);
        await CompleteAsync(f);
        foreach (var image in new[] { "v2", "v3", "v4" })
        {
            await f.ChangeAsync(d => d.Spec!.Template.Spec!.Containers[0].Image = image);
            await CompleteAsync(f, image);
        }

        await f.Api.WaitAsync(() => f.Sets.Count == 2, "one old set");
        Assert.That(
            f.Sets.Select(s => s.Spec!.Template!.Spec!.Containers[0].Image).Order(), Is.EqualTo(new[] { "v3", "v4" }));
    }

    [Test]
    public async Task Sync_NoProgress_ExceedsDeadline()
    {
        var time = new ManualTime();
        await using var f = new ControllerFixture(time);
        await f.Client.Of<V1Deployment>().CreateAsync(ControllerFixture.NewDeployment(1), default);
        await PumpAsync(time, () => f.Deployment.Status?.UnavailableReplicas == 1 && f.Pods.Count == 1);
        await PumpAsync(time, () => Condition(f, "Progressing").Reason == "ProgressDeadlineExceeded");
        Assert.That(Condition(f, "Progressing").Status, Is.EqualTo("False"));
        Assert.That(
            f.Deployment.Status!.Conditions!.Find(c => c.Type == "Progressing")!.Message,
            Is.EqualTo($"ReplicaSet \"{f.Sets[0].Metadata.Name}\" has timed out progressing."));
        Assert.That(time.GetUtcNow().TimeOfDay, Is.GreaterThan(TimeSpan.FromSeconds(600)));
        Assert.That(Condition(f, "Available"), Is.EqualTo(("False", "MinimumReplicasUnavailable")));
    }

    [Test]
    public async Task Sync_NameTakenByStranger_CountsTheCollision()
    {
        await using var f = new ControllerFixture();
        var deployment = ControllerFixture.NewDeployment(1);
        var stranger = ControllerFixture.NewSet(0);
        stranger.Metadata.Name = "web-" + PodTemplateHash.Compute(deployment.Spec!.Template, null);
        stranger.Spec!.Selector.MatchLabels!["app"] = "stranger";
        stranger.Spec.Template!.Metadata!.Labels!["app"] = "stranger";
        await f.Client.Of<V1ReplicaSet>().CreateAsync(stranger, default);
        await f.Client.Of<V1Deployment>().CreateAsync(deployment, default);
        await CompleteAsync(f);
        Assert.That(f.Deployment.Status!.CollisionCount, Is.EqualTo(1));
        Assert.That(f.Sets, Has.Count.EqualTo(2));
    }

    private static Task CompleteAsync(ControllerFixture f, string? image = null) => f.RunPodsUntilAsync(
        () => IsComplete(f) && (image is null || f.Pods.All(p => p.Spec!.Containers[0].Image == image)),
        "complete " + image);

    private static bool IsComplete(ControllerFixture f) =>
        DeploymentStatusCalculator.IsComplete(f.Deployment, f.Deployment.Status)
        && Condition(f, "Progressing").Reason == "NewReplicaSetAvailable";

    private static (string? Status, string? Reason) Condition(ControllerFixture f, string type)
    {
        var condition = f.Deployment.Status?.Conditions?.Find(c => c.Type == type);
        return (condition?.Status, condition?.Reason);
    }

    private static bool Ready(V1Pod pod) => pod.Status?.Conditions?.Exists(c => c.Type == "Ready" && c.Status == "True") == true;

    /// <summary>Moves the clock on in small steps until the condition holds.</summary>
    private static async Task PumpAsync(ManualTime time, Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            timeout.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }
}
