using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed class HealingTests
{
    [Test]
    public async Task Container_KilledFromOutside_IsRestartedInItsPod()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("killed");
        var mark = $"kube1-mark-{Guid.NewGuid():N}";
        await space.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: lasting}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: busybox:v1
                command: [sh, -c, "while true; do sleep 1; done", {{mark}}]
            """);
        await space.KubectlAsync("wait", "pod/lasting", "--for=condition=Ready", "--timeout=60s");
        var pod = await space.GetAsync("pod/lasting", "{.metadata.uid} {.status.podIP}");
        var container = await space.GetAsync("pod/lasting", "{.status.containerStatuses[0].containerID}");
        using (var process = ContainerProcess.EndingIn(mark))
        {
            process.Kill();
        }

        await space.KubectlAsync(
            "wait", "pod/lasting", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        await space.KubectlAsync("wait", "pod/lasting", "--for=condition=Ready", "--timeout=60s");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await space.GetAsync("pod/lasting", "{.metadata.uid} {.status.podIP}"), Is.EqualTo(pod));
            Assert.That(
                await space.GetAsync("pod/lasting", "{.status.containerStatuses[0].containerID}"),
                Is.Not.EqualTo(container));
            Assert.That(
                await space.GetAsync("pod/lasting", "{.status.containerStatuses[0].lastState.terminated.exitCode}"),
                Is.EqualTo("137"));
        });
    }

    [Test]
    public async Task Sandbox_KilledFromOutside_IsMadeAnewWithItsContainers()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("sandboxes");
        await space.KubectlAsync("run", "web", "--image=web:v1", "--port=80", "--expose");
        await space.KubectlAsync("wait", "pod/web", "--for=condition=Ready", "--timeout=60s");
        var uid = await space.GetAsync("pod/web", "{.metadata.uid}");
        using (var process = ContainerProcess.OfPod(uid, ContainerProcess.Sandbox))
        {
            process.Kill();
        }

        await space.KubectlAsync(
            "wait", "pod/web", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1", "--timeout=60s");
        await space.KubectlAsync("wait", "pod/web", "--for=condition=Ready", "--timeout=60s");
        await space.UntilEventAsync("web", "SandboxChanged");
        await space.UntilEndpointsAsync("web", 1);

        // The new sandbox has an address of its own, and the Service leads to it.
        var (pod, service) =
            (await space.GetAsync("pod/web", "{.status.podIP}"), await space.GetAsync("service/web", "{.spec.clusterIP}"));
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await space.GetAsync("pod/web", "{.metadata.uid}"), Is.EqualTo(uid));
            Assert.That(await ServiceCaller.UntilAnswersAsync(new Uri($"http://{pod}/version")), Is.EqualTo("v1"));
            Assert.That(await ServiceCaller.UntilAnswersAsync(new Uri($"http://{service}/version")), Is.EqualTo("v1"));
        });
    }

    [Test]
    public async Task Pod_Deleted_IsReplaced()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("replaced");
        await space.KubectlAsync("create", "deployment", "web", "--image=web:v1");
        await space.WaitForRolloutAsync("web");
        var name = await space.GetAsync("pods", "{.items[0].metadata.name}");
        Assert.That(
            await space.KubectlAsync("delete", "pod", name, "--grace-period=1"),
            Does.StartWith($"pod \"{name}\" deleted"));
        // The replacement may come before the old one is quite gone, and the Deployment's status after both.
        await WorkloadCluster.Cluster.UntilAsync(
            names => names.StartsWith("web-", StringComparison.Ordinal) && !names.Contains(name, StringComparison.Ordinal)
                && !names.Contains(' ', StringComparison.Ordinal),
            "--namespace", space.Name, "get", "pods", "-o", "jsonpath={.items[*].metadata.name}");
        await space.WaitForRolloutAsync("web");
    }

    [Test]
    public async Task Container_ThatFails_IsRestartedWithBackOff()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("crashing");
        await space.KubectlAsync("run", "failing", "--image=busybox:v1", "--", "sh", "-c", "exit 3");
        await space.KubectlAsync(
            "wait", "pod/failing", "--timeout=60s",
            "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff");
        var exitCode = await space.GetAsync("pod/failing", "{.status.containerStatuses[0].lastState.terminated.exitCode}");
        Assert.That(exitCode, Is.EqualTo("3"));
    }

    [Test]
    public async Task Namespace_Deleted_IsEmptied()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("emptied");
        await space.KubectlAsync("create", "configmap", "settings", "--from-literal=a=b");
        await space.KubectlAsync("create", "secret", "generic", "secret", "--from-literal=a=b");
        await space.ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: web, image: "web:v1"}]
            """);
        await space.KubectlAsync("expose", "deployment", "web", "--port=80");
        await space.WaitForRolloutAsync("web");
        Assert.That(
            await WorkloadCluster.Cluster.KubectlAsync("delete", "namespace", "emptied", "--timeout=110s"),
            Is.EqualTo("namespace \"emptied\" deleted\n"));
        var left = await space.TryKubectlAsync(
            null, "get", "pods,deployments,replicasets,services,endpoints,endpointslices,configmaps,secrets,serviceaccounts,events");
        var gone = await space.TryKubectlAsync(null, "get", "namespace", "emptied");
        Assert.Multiple(() =>
        {
            Assert.That(left.Output, Is.Empty);
            Assert.That(left.Errors, Does.Contain("No resources found in emptied namespace."));
            Assert.That(gone.Errors, Is.EqualTo("Error from server (NotFound): namespaces \"emptied\" not found\n"));
        });
    }
}
