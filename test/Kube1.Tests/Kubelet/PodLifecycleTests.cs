using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Simulated;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class PodLifecycleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Put_PlainPod_RunsAndReports()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.Conditions?.Find(c => c.Type == "Ready")?.Status == "True", "the pod is ready");

        var status = node.Status(pod)!;
        Assert.That(status.Phase, Is.EqualTo("Running"));
        Assert.That(status.PodIP, Is.EqualTo("10.42.0.2"));
        Assert.That(status.HostIP, Is.EqualTo("192.168.0.1"));
        Assert.That(status.QosClass, Is.EqualTo("BestEffort"));
        var container = status.ContainerStatuses!.Single();
        Assert.That(container.Ready, Is.True);
        Assert.That(container.Started, Is.True);
        Assert.That(container.RestartCount, Is.Zero);
        Assert.That(container.ContainerID, Does.StartWith("simulated://"));
        Assert.That(status.Conditions!.Select(c => $"{c.Type}={c.Status}"), Is.EqualTo(new[]
        {
            "PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True",
        }));
        await node.UntilAsync(() => !node.Api.StatusPatches.IsEmpty, "the status was sent");
        Assert.That((string?)node.Api.StatusPatches.First()["metadata"]!["uid"], Is.EqualTo("uid-web"));
    }

    [Test]
    public async Task Exit_AlwaysPolicy_RestartsAtOnceThenBacksOff()
    {
        await using var node = new NodeFixture();
        node.Runtime.Script = _ => new SimulatedBehavior { ExitAfter = Second, ExitCode = 3 };
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].State?.Waiting?.Reason == "CrashLoopBackOff", "back-off", Second / 10);

        var status = node.Status(pod)!.ContainerStatuses![0];
        Assert.That(status.RestartCount, Is.EqualTo(1));
        Assert.That(status.State!.Waiting!.Message, Is.EqualTo(
            "back-off 10s restarting failed container=app pod=web_default(uid-web)"));
        Assert.That(status.LastState?.Terminated?.ExitCode, Is.EqualTo(3));
        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Running"));

        await node.UntilAsync(() => node.Status(pod)?.ContainerStatuses?[0].RestartCount == 2, "second restart", Second / 10);
    }

    [TestCase("Never", 0, "Succeeded")]
    [TestCase("Never", 1, "Failed")]
    [TestCase("OnFailure", 0, "Succeeded")]
    public async Task Exit_NoRestart_EndsPod(string policy, int exitCode, string phase)
    {
        await using var node = new NodeFixture();
        node.Runtime.Script = _ => new SimulatedBehavior { ExitAfter = Second, ExitCode = exitCode };
        var pod = NodeFixture.Pod(edit: s => s.RestartPolicy = policy);
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, phase, Second / 10);

        var ended = node.Status(pod)!.ContainerStatuses![0].State!.Terminated!;
        Assert.That(ended.ExitCode, Is.EqualTo(exitCode));
        Assert.That(ended.Reason, Is.EqualTo(exitCode == 0 ? "Completed" : "Error"));
        Assert.That(
            node.Status(pod)!.Conditions!.Where(c => c.Type is "Initialized" or "Ready").Select(c => $"{c.Type}={c.Status} {c.Reason}"),
            Is.EqualTo(exitCode == 0
                ? new[] { "Initialized=True PodCompleted", "Ready=False PodCompleted" }
                : ["Initialized=True ", "Ready=False PodFailed"]));
    }

    [Test]
    public async Task Init_RunsInOrderBeforeRegularContainers()
    {
        await using var node = new NodeFixture();
        var started = new List<string>();
        node.Runtime.Before = (operation, name) =>
        {
            if (operation == "StartContainer")
            {
                started.Add(name);
            }
        };
        node.Runtime.Script = c => c.Metadata.Name.StartsWith("init", StringComparison.Ordinal)
            ? new SimulatedBehavior { ExitAfter = Second }
            : null;
        var pod = NodeFixture.Pod(edit: s => s.InitContainers =
        [
            new V1Container { Name = "init1", Image = "a" },
            new V1Container { Name = "side", Image = "a", RestartPolicy = "Always" },
            new V1Container { Name = "init2", Image = "a" },
        ]);
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.InitContainerStatuses?[0].State?.Running is not null, "the first init container runs");
        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Pending"));
        Assert.That(node.Status(pod)!.ContainerStatuses![0].State!.Waiting!.Reason, Is.EqualTo("PodInitializing"));

        await node.UntilPhaseAsync(pod, "Running", Second / 10);
        Assert.That(started, Is.EqualTo(new[] { "init1", "side", "init2", "app" }));
        Assert.That(node.Status(pod)!.Conditions!.Find(c => c.Type == "Initialized")!.Status, Is.EqualTo("True"));
    }

    [Test]
    public async Task Init_FailsUnderNever_FailsPod()
    {
        await using var node = new NodeFixture();
        node.Runtime.Script = _ => new SimulatedBehavior { ExitAfter = Second, ExitCode = 1 };
        var pod = NodeFixture.Pod(edit: s =>
        {
            s.RestartPolicy = "Never";
            s.InitContainers = [new V1Container { Name = "init", Image = "a" }];
        });
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Failed", Second / 10);
        Assert.That(node.Runtime.Containers.Select(c => c.Metadata.Name), Is.EqualTo(new[] { "init" }));
    }

    [Test]
    public async Task Delete_RunningPod_StopsThenDeletesFromApi()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");

        var deleted = KubeJson.Clone(pod);
        deleted.Metadata.DeletionTimestamp = node.Time.GetUtcNow().AddSeconds(30);
        deleted.Metadata.DeletionGracePeriodSeconds = 30;
        node.Workers.Put(deleted);
        await node.UntilAsync(() => !node.Api.Deletions.IsEmpty, "the pod is deleted from the API");
        var deletion = node.Api.Deletions.First();
        Assert.That(deletion, Does.Contain("/api/v1/namespaces/default/pods/web"));
        Assert.That(deletion, Does.Contain("\"gracePeriodSeconds\":0").And.Contain("uid-web"));
        Assert.That(node.Runtime.Containers.Select(c => c.State), Is.All.EqualTo(ContainerState.Exited));

        node.Workers.Remove(deleted);
        await node.UntilAsync(() => !node.Workers.All.Any(), "the worker ended");
        Assert.That(node.Runtime.Containers, Is.Empty);
        Assert.That(await node.Runtime.ListSandboxesAsync(CancellationToken.None), Is.Empty);
        Assert.That(Directory.Exists(Path.Combine(node.Options.RootDirectory, "pods", "uid-web")), Is.False);
    }

    [Test]
    public async Task Restart_HealthyPod_KeepsContainer()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var before = node.Runtime.Containers.Single().Id;
        pod.Status = node.Status(pod);

        pod.Spec!.Containers[0].TerminationMessagePath = "/dev/termination-log";
        await node.RestartAsync(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.Conditions?.Find(c => c.Type == "Ready")?.Status == "True"
                && node.Workers.Find("uid-web")!.State.Containers.Count == 1, "the pod is known again");
        Assert.That(node.Runtime.Containers.Select(c => c.Id), Is.EqualTo(new[] { before }));
        Assert.That(node.Status(pod)!.ContainerStatuses![0].RestartCount, Is.Zero);
    }

    [Test]
    public async Task Restart_PodGoneMeanwhile_RemovesContainers()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");

        await node.RestartAsync();
        await node.UntilAsync(() => node.Runtime.Containers.Count == 0 && !node.Workers.All.Any(), "nothing is left");
        Assert.That(await node.Runtime.ListSandboxesAsync(CancellationToken.None), Is.Empty);
    }

    [Test]
    public async Task Liveness_Fails_RestartsContainer()
    {
        await using var node = new NodeFixture();
        var healthy = true;
        node.Runtime.Exec = (_, _) => new ExecResult(default, default, Volatile.Read(ref healthy) ? 0 : 1);
        var pod = NodeFixture.Pod(edit: s => s.Containers[0].LivenessProbe = new V1Probe
        {
            Exec = new V1ExecAction { Command = ["check"] },
            PeriodSeconds = 1,
            FailureThreshold = 2,
        });
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        Volatile.Write(ref healthy, false);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].RestartCount >= 1, "the container was restarted", Second / 4);
    }

    [Test]
    public async Task Readiness_Succeeds_MakesPodReady()
    {
        await using var node = new NodeFixture();
        var ready = false;
        node.Runtime.Exec = (_, _) => new ExecResult(default, default, Volatile.Read(ref ready) ? 0 : 1);
        var pod = NodeFixture.Pod(edit: s => s.Containers[0].ReadinessProbe = new V1Probe
        {
            Exec = new V1ExecAction { Command = ["check"] },
            PeriodSeconds = 1,
        });
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var condition = node.Status(pod)!.Conditions!.Find(c => c.Type == "Ready")!;
        Assert.That(condition.Reason, Is.EqualTo("ContainersNotReady"));
        Assert.That(condition.Message, Is.EqualTo("containers with unready status: [app]"));
        Volatile.Write(ref ready, true);
        await node.UntilAsync(
            () => node.Status(pod)?.Conditions?.Find(c => c.Type == "Ready")?.Status == "True", "ready", Second / 4);
    }

    [Test]
    public async Task ConfigMap_Missing_WaitsAndStartsWhenThere()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod(edit: s =>
        {
            s.Volumes = [new V1Volume { Name = "cfg", ConfigMap = new V1ConfigMapVolumeSource { Name = "cfg" } }];
            s.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "cfg", MountPath = "/cfg" }];
        });
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].State?.Waiting?.Reason == "ContainerCreating", "it waits");
        node.Api.Objects["/api/v1/namespaces/default/configmaps/cfg"] = new JsonObject
        {
            ["kind"] = "ConfigMap",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = "cfg", ["namespace"] = "default" },
            ["data"] = new JsonObject { ["key"] = "value" },
        };
        await node.UntilPhaseAsync(pod, "Running", Second);
        var mount = node.Runtime.Containers.Single().Mounts.Single(m => m.ContainerPath == "/cfg");
        Assert.That(mount.ReadOnly, Is.True);
        Assert.That(await File.ReadAllTextAsync(Path.Combine(mount.HostPath, "key")), Is.EqualTo("value"));
    }

    [Test]
    public async Task Pull_Fails_BacksOff()
    {
        await using var node = new NodeFixture();
        node.Runtime.HasAllImages = false;
        node.Runtime.Before = (operation, _) =>
        {
            if (operation == "PullImage")
            {
                throw new RuntimeException(RuntimeErrorCode.NotFound, "no such image");
            }
        };
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].State?.Waiting?.Reason == "ErrImagePull", "the pull failed");
        Assert.That(node.Status(pod)!.ContainerStatuses![0].State!.Waiting!.Message, Is.EqualTo(
            "rpc error: code = NotFound desc = no such image"));
        await node.UntilAsync(
            () => node.Status(pod)?.ContainerStatuses?[0].State?.Waiting?.Reason == "ImagePullBackOff", "back-off", Second);
        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Pending"));
    }

    [Test]
    public async Task Sandbox_Dies_PodRunsAgainWithNewAddress()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var sandbox = (await node.Runtime.ListSandboxesAsync(CancellationToken.None)).Single();
        await node.Runtime.StopSandboxAsync(sandbox.Id, CancellationToken.None);
        await node.UntilAsync(() => node.Status(pod)?.PodIP == "10.42.0.3"
            && node.Status(pod)?.ContainerStatuses?[0].State?.Running is not null, "a new sandbox", Second / 4);
        Assert.That(node.Status(pod)!.ContainerStatuses![0].RestartCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Update_EphemeralContainer_StartsBesideAndNeverAgain()
    {
        await using var node = new NodeFixture();
        node.Runtime.Script = c => c.Metadata.Name == "debug" ? new SimulatedBehavior { ExitAfter = Second } : null;
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var app = node.Runtime.Containers.Single().Id;

        var changed = NodeFixture.Pod(edit: s => s.EphemeralContainers =
            [new V1EphemeralContainer { Name = "debug", Image = "debug:1", TargetContainerName = "app" }]);
        node.Workers.Put(changed);
        await node.UntilAsync(
            () => node.Status(pod)?.EphemeralContainerStatuses?[0].State?.Terminated is not null, "it ended", Second / 10);

        var debug = node.Runtime.Containers.Single(c => c.Metadata.Name == "debug");
        var namespaces = node.Runtime.ConfigOf(debug.Id).Security.Namespaces;
        Assert.That(namespaces.Pid, Is.EqualTo(NamespaceMode.Target));
        Assert.That(namespaces.TargetId, Is.EqualTo(app));
        Assert.That(node.Status(pod)!.EphemeralContainerStatuses![0].RestartCount, Is.Zero);
        Assert.That(node.Status(pod)!.ContainerStatuses![0].RestartCount, Is.Zero);
        Assert.That(node.Status(pod)!.Phase, Is.EqualTo("Running"));
    }
}
