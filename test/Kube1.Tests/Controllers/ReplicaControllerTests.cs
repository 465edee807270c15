using System.Net;
using System.Text;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Controllers.ReplicaSets;
using Kube1.Testing;

namespace Kube1.Tests.Controllers;

internal sealed class ReplicaControllerTests
{
    [Test]
    public async Task Sync_NewSet_CreatesExactlyItsPods()
    {
        await using var f = new ControllerFixture();
        var set = await f.Client.Of<V1ReplicaSet>().CreateAsync(ControllerFixture.NewSet(5), default);
        await f.RunPodsUntilAsync(() => f.Sets[0].Status?.ReadyReplicas == 5, "five ready");
        Assert.That(f.Pods, Has.Count.EqualTo(5));
        var pod = f.Pods[0];
        Assert.That(pod.Metadata.Name, Does.StartWith("web-"));
        Assert.That(pod.Metadata.OwnerReferences!.Single().Uid, Is.EqualTo(set.Metadata.Uid));
        Assert.That(pod.Metadata.OwnerReferences![0].BlockOwnerDeletion, Is.True);
        await f.Api.WaitAsync(() => f.Events.Count(e => e.Reason == "SuccessfulCreate") == 5, "events");
        Assert.That(f.Events[0].Message, Does.StartWith("Created pod: web-"));
        Assert.That(f.Sets[0].Status!.AvailableReplicas, Is.EqualTo(5));
        Assert.That(f.Sets[0].Status!.FullyLabeledReplicas, Is.EqualTo(5));
    }

    [Test]
    public async Task Sync_PodDeleted_IsReplaced()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1ReplicaSet>().CreateAsync(ControllerFixture.NewSet(2), default);
        await f.RunPodsUntilAsync(() => f.Sets[0].Status?.ReadyReplicas == 2, "two ready");
        var gone = f.Pods[0].Metadata.Name!;
        await f.Client.Of<V1Pod>().DeleteAsync("default", gone, null, default);
        await f.RunPodsUntilAsync(() => f.Pods.Count == 2 && f.Pods.All(p => p.Metadata.Name != gone), "a new pod");
    }

    [Test]
    public async Task Sync_ScaledDown_DeletesNotReadyFirst()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1ReplicaSet>().CreateAsync(ControllerFixture.NewSet(3), default);
        await f.Api.WaitAsync(() => f.Pods.Count == 3, "three pods");
        await f.StartAsync(f.Pods[1]);
        await f.Api.WaitAsync(() => f.Sets[0].Status?.ReadyReplicas == 1, "one ready");
        var ready = f.Pods[1].Metadata.Name;
        await f.Client.Of<V1ReplicaSet>().PatchAsync(
            "default", "web", Kube1.Client.PatchType.Merge, Encoding.UTF8.GetBytes("{\"spec\":{\"replicas\":1}}"), null, default);
        await f.Api.WaitAsync(() => f.Sets[0].Status?.Replicas == 1, "one left");
        Assert.That(f.Pods.Single().Metadata.Name, Is.EqualTo(ready));
        await f.Api.WaitAsync(() => f.Events.Count(e => e.Reason == "SuccessfulDelete") == 2, "events");
    }

    [Test]
    public async Task Sync_MatchingOrphan_IsAdoptedAndMismatchReleased()
    {
        // A controller that sees the set before the pod makes a pod of its own.
        await using var f = new ControllerFixture(areRunning: false);
        var orphan = await f.Client.Of<V1Pod>().CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "orphan", Namespace = "default", Labels = new() { ["app"] = "web" } },
            },
            default);
        var set = await f.Client.Of<V1ReplicaSet>().CreateAsync(ControllerFixture.NewSet(1), default);
        f.Run();
        await f.Api.WaitAsync(() => f.Sets[0].Status?.Replicas == 1, "counted");
        Assert.That(f.Pods.Single().Metadata.OwnerReferences!.Single().Uid, Is.EqualTo(set.Metadata.Uid));
        await f.Client.Of<V1Pod>().PatchAsync(
            "default", orphan.Metadata.Name!, Kube1.Client.PatchType.Merge,
            Encoding.UTF8.GetBytes("{\"metadata\":{\"labels\":{\"app\":\"other\"}}}"), null, default);
        await f.Api.WaitAsync(
            () => f.Pods.Count == 2 && f.Pods.Single(p => p.Metadata.Name == "orphan").Metadata.OwnerReferences is null or [],
            "released and replaced");
    }

    [Test]
    public async Task Sync_CreationRefused_ReportsConditionAndEvent()
    {
        await using var f = new ControllerFixture();
        f.Api.Intercept = r => r.Method == HttpMethod.Post && r.RequestUri!.AbsolutePath.EndsWith("/pods", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.Forbidden)
            {
                Content = new StringContent("{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
                    + "\"message\":\"pods \\\"web-\\\" is forbidden: exceeded quota\"}"),
            }
            : null;
        await f.Client.Of<V1ReplicaSet>().CreateAsync(ControllerFixture.NewSet(100), default);
        await f.Api.WaitAsync(() => f.Sets[0].Status?.Conditions?.Count == 1, "condition");
        var condition = f.Sets[0].Status!.Conditions![0];
        Assert.That((condition.Type, condition.Status, condition.Reason), Is.EqualTo(("ReplicaFailure", "True", "FailedCreate")));
        Assert.That(condition.Message, Is.EqualTo("pods \"web-\" is forbidden: exceeded quota"));
        await f.Api.WaitAsync(() => f.Events.Any(e => e.Reason == "FailedCreate"), "event");
        Assert.That(f.Events[0].Message, Does.StartWith("Error creating: pods \"web-\" is forbidden"));
        f.Api.Intercept = null;
        await f.Api.WaitAsync(() => f.Pods.Count == 100 && f.Sets[0].Status?.Conditions is null or [], "recovery");
    }

    [Test]
    public async Task Sync_MinReadySeconds_BecomesAvailableByTheClock()
    {
        var time = new ManualTime();
        await using var f = new ControllerFixture(time);
        var set = ControllerFixture.NewSet(1);
        set.Spec!.MinReadySeconds = 30;
        await f.Client.Of<V1ReplicaSet>().CreateAsync(set, default);
        await f.Api.WaitAsync(() => f.Pods.Count == 1, "pod");
        await f.StartAsync(f.Pods[0], since: time.GetUtcNow());
        await f.Api.WaitAsync(() => f.Sets[0].Status?.ReadyReplicas == 1, "ready");
        Assert.That(f.Sets[0].Status!.AvailableReplicas ?? 0, Is.Zero);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((f.Sets[0].Status!.AvailableReplicas ?? 0) == 0)
        {
            timeout.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.That(time.GetUtcNow().TimeOfDay, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Sync_ReplicationController_RunsOnTheSameEngine()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1ReplicationController>().CreateAsync(
            new V1ReplicationController
            {
                Metadata = new V1ObjectMeta { Name = "old", Namespace = "default" },
                Spec = new V1ReplicationControllerSpec
                {
                    Replicas = 2, Selector = new() { ["app"] = "web" }, Template = ControllerFixture.Template("v1"),
                },
            },
            default);
        await f.RunPodsUntilAsync(
            () => f.Api.All<V1ReplicationController>()[0].Status?.ReadyReplicas == 2, "two ready");
        var reference = f.Pods[0].Metadata.OwnerReferences!.Single();
        Assert.That((reference.ApiVersion, reference.Kind), Is.EqualTo(("v1", "ReplicationController")));
        await f.Api.WaitAsync(() => f.Events.Count > 0, "event");
        Assert.That(f.Events[0].InvolvedObject.Kind, Is.EqualTo("ReplicationController"));
        Assert.That(f.Api.All<V1ReplicationController>()[0].Spec!.Selector!["app"], Is.EqualTo("web"));
    }

    [Test]
    public async Task SlowStart_AllFail_StopsAfterFirst()
    {
        var calls = 0;
        var (succeeded, error) = await SlowStart.RunAsync(100, () =>
        {
            calls++;
            throw ApiErrors.ServiceUnavailable("no");
        });
        Assert.That((calls, succeeded), Is.EqualTo((1, 0)));
        Assert.That(error, Is.InstanceOf<ApiException>());
    }

    [Test]
    public async Task SlowStart_LaterFailure_CountsWhatSucceeded()
    {
        var calls = 0;
        var (succeeded, _) = await SlowStart.RunAsync(
            100, () => Interlocked.Increment(ref calls) == 5 ? throw ApiErrors.ServiceUnavailable("no") : Task.CompletedTask);
        Assert.That((calls, succeeded), Is.EqualTo((7, 6)));
    }
}
