using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Kubelet.Probes;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Simulated;

namespace Kube1.Tests.Kubelet;

/// <summary>How containers are stopped, and what is told of it.</summary>
[TestFixture]
internal sealed class PodTerminationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static V1Probe FailingProbe => new()
    {
        Exec = new V1ExecAction { Command = ["check"] }, PeriodSeconds = 1, FailureThreshold = 1,
    };

    [Test]
    public async Task Liveness_FailsUnderNever_EndsTheContainerWithoutAPromise()
    {
        await using var node = new NodeFixture();
        node.Runtime.Exec = (_, _) => new ExecResult(default, default, 1);
        var pod = NodeFixture.Pod(edit: s =>
        {
            s.RestartPolicy = "Never";
            s.Containers[0].LivenessProbe = FailingProbe;
            s.Containers.Add(new V1Container { Name = "other", Image = "app:1" });
        });
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].State?.Terminated is not null, "it is ended", Second);
        await node.UntilAsync(() => node.Api.Events.Contains("Killing: Container app failed liveness probe"), "it is told");

        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Running"));
        Assert.That(node.Status(pod)!.ContainerStatuses![1].State!.Running, Is.Not.Null);
    }

    [Test]
    public async Task Update_ImageUnderNever_StartsTheContainerAnew()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod(edit: s => s.RestartPolicy = "Never");
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var changed = KubeJson.Clone(pod);
        changed.Spec!.Containers[0].Image = "app:2";
        node.Workers.Put(changed);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0] is { RestartCount: 1, State.Running: not null }, "it runs anew", Second);

        await node.UntilAsync(
            () => node.Api.Events.Contains("Killing: Container app definition changed, will be restarted"), "it is told");
        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Running"));
    }

    [Test]
    public async Task PostStart_Fails_EventsDoNotShowWhatItSaid()
    {
        await using var node = new NodeFixture();
        node.Runtime.Exec = (_, _) => new ExecResult("secret\n"u8.ToArray(), default, 4);
        var pod = NodeFixture.Pod(edit: s => s.Containers[0].Lifecycle = new V1Lifecycle
        {
            PostStart = new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["sh", "-c", "exit 4"] } },
        });
        node.Workers.Put(pod);
        await node.UntilAsync(() => node.Api.Events.Contains("Killing: FailedPostStartHook"), "the end is told");

        Assert.That(node.Api.Events, Does.Contain("FailedPostStartHook: PostStartHook failed"));
        Assert.That(node.Api.Events, Has.None.Contains("secret"));
    }

    [Test]
    public async Task Hook_CommandFails_MessageSaysWhichAndWhat()
    {
        await using var node = new NodeFixture();
        node.Runtime.Exec = (_, _) => new ExecResult("out\n"u8.ToArray(), "err\n"u8.ToArray(), 4);
        using var prober = new Prober(node.Runtime, node.Time);
        var pod = NodeFixture.Pod();
        var failure = await new LifecycleHooks(node.Runtime, prober, node.Time).RunAsync(
            new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["sh", "-c", "exit 4"] } },
            pod, pod.Spec!.Containers[0], "c1", "", CancellationToken.None);

        Assert.That(failure, Is.EqualTo(
            "Exec lifecycle hook ([sh -c exit 4]) for Container \"app\" in Pod \"web_default(uid-web)\" failed - "
            + "error: command 'sh -c exit 4' exited with 4: err\n, message: \"out\\nerr\\n\""));
    }

    [Test]
    public async Task Delete_SidecarWithHook_HookRunsAtOnceAndItsEndComesLast()
    {
        await using var node = new NodeFixture();
        var told = new List<string>();
        void Tell(string what)
        {
            lock (told)
            {
                told.Add($"{what} at {(node.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - 1767225600:0}");
            }
        }

        node.Runtime.Script = c => new SimulatedBehavior { StopTakes = c.Metadata.Name == "app" ? Second * 3 : TimeSpan.Zero };
        node.Runtime.Exec = (_, command) =>
        {
            Tell(command[0]);
            return new ExecResult(default, default, 0);
        };
        node.Runtime.Before = (operation, name) =>
        {
            if (operation == "StopContainer")
            {
                Tell("stop " + name);
            }
        };
        var pod = NodeFixture.Pod(edit: s => s.InitContainers =
        [
            new V1Container
            {
                Name = "side",
                Image = "a",
                RestartPolicy = "Always",
                Lifecycle = new V1Lifecycle
                {
                    PreStop = new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["hook"] } },
                },
            },
        ]);
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        node.Workers.Put(Deleted(pod, 30));
        await node.UntilAsync(() => told.Count >= 2, "the hook has run");
        await node.UntilAsync(() => !node.Api.Deletions.IsEmpty, "the pod is gone", Second);

        Assert.That(told.Order(), Is.EqualTo(new[] { "hook at 0", "stop app at 0", "stop side at 3" }));
    }

    [Test]
    public async Task Delete_ContainerThatCannotBeStoppedYet_KeepsItsSidecar()
    {
        await using var node = new NodeFixture();
        var stopped = new ConcurrentQueue<string>();
        node.Runtime.Before = (operation, name) =>
        {
            if (operation == "StopContainer")
            {
                stopped.Enqueue(name);
                if (stopped.Count == 1)
                {
                    throw new RuntimeException(RuntimeErrorCode.Unavailable, "not now");
                }
            }
        };
        var pod = NodeFixture.Pod(edit: s => s.InitContainers =
            [new V1Container { Name = "side", Image = "a", RestartPolicy = "Always" }]);
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        node.Workers.Put(Deleted(pod, 30));
        await node.UntilAsync(() => !node.Api.Deletions.IsEmpty, "the pod is gone", Second / 2);

        Assert.That(stopped, Is.EqualTo(new[] { "app", "app", "side" }));
    }

    [Test]
    public async Task Delete_GracePeriodOver_StillLeavesTwoSeconds()
    {
        await using var node = new NodeFixture();
        node.Runtime.Script = _ => new SimulatedBehavior { StopTakes = Second };
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        node.Workers.Put(Deleted(pod, 0));
        await node.UntilAsync(() => !node.Api.Deletions.IsEmpty, "the pod is gone", Second / 2);

        Assert.That(node.Runtime.Containers.Single().ExitCode, Is.Zero, "it was killed");
    }

    [TestCase(false, "Failed", "ContainerStatusUnknown", null)]
    [TestCase(true, "Failed", null, "PodInitializing")]
    public async Task Delete_PodThatNeverRan_IsReportedAsEnded(bool withInit, string phase, string? terminated, string? waiting)
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod(edit: s =>
        {
            s.Containers[0].ImagePullPolicy = "Never";
            s.InitContainers = withInit ? [new V1Container { Name = "init", Image = "a:1", ImagePullPolicy = "Never" }] : null;
        });
        node.Runtime.HasAllImages = false;
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => (node.Status(pod)?.InitContainerStatuses ?? node.Status(pod)?.ContainerStatuses)?[0].State?.Waiting?.Reason
                == "ErrImageNeverPull", "it waits");
        node.Workers.Put(Deleted(pod, 30));
        await node.UntilPhaseAsync(pod, phase);

        var state = node.Status(pod)!.ContainerStatuses![0].State!;
        Assert.That((state.Terminated?.Reason, state.Waiting?.Reason), Is.EqualTo((terminated, waiting)));
        Assert.That(state.Terminated?.ExitCode, Is.EqualTo(withInit ? null : 137));
        if (withInit)
        {
            Assert.That(
                node.Status(pod)!.InitContainerStatuses![0].State!.Terminated!.Reason, Is.EqualTo("ContainerStatusUnknown"));
        }
    }

    private static V1Pod Deleted(V1Pod pod, long graceSeconds)
    {
        var deleted = KubeJson.Clone(pod);
        deleted.Metadata.DeletionTimestamp = new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero);
        deleted.Metadata.DeletionGracePeriodSeconds = graceSeconds;
        return deleted;
    }
}
