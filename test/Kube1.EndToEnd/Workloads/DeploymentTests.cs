using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed class DeploymentTests
{
    /// <summary>Probed, so that a pod gets requests only once it listens, and drained for a few seconds when it goes.</summary>
    private const string ProbedWeb = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 5
              containers:
              - name: web
                image: web:v1
                ports: [{containerPort: 80}]
                readinessProbe: {httpGet: {path: /version, port: 80}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          selector: {app: web}
          ports: [{port: 80}]
        """;

    [Test]
    public async Task Deployment_CreatedAndExposed_AnswersByClusterIpNodePortAndName()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("exposed");
        Assert.That(
            await space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=3", "--port=80"),
            Is.EqualTo("deployment.apps/web created\n"));
        await space.WaitForRolloutAsync("web");
        Assert.That(
            await space.KubectlAsync("expose", "deployment", "web", "--type=NodePort", "--port=8080", "--target-port=80"),
            Is.EqualTo("service/web exposed\n"));
        await space.UntilEndpointsAsync("web", 3);
        var clusterIp = await space.GetAsync("service/web", "{.spec.clusterIP}");
        var nodePort = await space.GetAsync("service/web", "{.spec.ports[0].nodePort}");
        var node = await space.GetAsync("node/server", "{.status.addresses[?(@.type=='InternalIP')].address}");
        await space.KubectlAsync(
            "run", "client", "--image=busybox:v1", "--restart=Never", "--", "sh", "-c",
            "for name in web web.exposed.svc.cluster.local; do until wget -qO- http://$name:8080/version; do sleep 1; done; done");
        var fromPod = await space.WaitForLogAsync("client");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await ServiceCaller.UntilAnswersAsync(new($"http://{clusterIp}:8080/version")), Is.EqualTo("v1"));
            Assert.That(await ServiceCaller.UntilAnswersAsync(new($"http://{node}:{nodePort}/version")), Is.EqualTo("v1"));
            Assert.That(await ServiceCaller.UntilAnswersAsync(new($"http://127.0.0.1:{nodePort}/version")), Is.EqualTo("v1"));
            Assert.That(fromPod, Is.EqualTo("v1\nv1\n"));
        });
    }

    [Test]
    public async Task Scale_UpAndDown_IsFollowedByPodsAndEndpoints()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("scaled");
        await space.KubectlAsync("create", "deployment", "web", "--image=web:v1");
        await space.KubectlAsync("expose", "deployment", "web", "--port=80");
        await space.WaitForRolloutAsync("web");
        Assert.That(
            await space.KubectlAsync("scale", "deployment", "web", "--replicas=4"),
            Is.EqualTo("deployment.apps/web scaled\n"));
        await space.WaitForRolloutAsync("web");
        Assert.That(await space.GetAsync("deployment/web", "{.status.readyReplicas}"), Is.EqualTo("4"));
        await space.UntilEndpointsAsync("web", 4);
        await space.KubectlAsync("scale", "deployment", "web", "--replicas=1");
        await space.KubectlAsync("wait", "deployment/web", "--for=jsonpath={.status.replicas}=1", "--timeout=60s");
        var replicaSet = await space.GetAsync("replicasets", "{range .items[*]}{.spec.replicas} {.status.replicas}{end}");
        Assert.That(replicaSet, Is.EqualTo("1 1"));
    }

    [Test]
    public async Task SetImage_WhileClientsCall_RollsWithNoFailedRequestAndCanBeUndone()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("rolling");
        await space.ApplyAsync(ProbedWeb);
        await space.WaitForRolloutAsync("web");
        await space.UntilEndpointsAsync("web", 3);
        var address = await space.UntilServedAsync("web");
        await using (var caller = new ServiceCaller(address))
        {
            Assert.That(
                await space.KubectlAsync("set", "image", "deployment/web", "web=web:v2"),
                Is.EqualTo("deployment.apps/web image updated\n"));
            await space.WaitForRolloutAsync("web");
            await caller.UntilAnsweredAsync("v2");
            await caller.StopAsync();
            Assert.Multiple(() =>
            {
                Assert.That(caller.Failures, Is.Empty);
                Assert.That(caller.Answers.Keys, Is.EquivalentTo(new[] { "v1", "v2" }));
            });
        }

        Assert.That(await RevisionsAsync(space), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(
            await space.KubectlAsync("rollout", "history", "deployment/web", "--revision=2"), Does.Contain("web:v2"));
        Assert.That(
            await space.KubectlAsync("rollout", "undo", "deployment/web"), Is.EqualTo("deployment.apps/web rolled back\n"));
        await space.WaitForRolloutAsync("web");
        Assert.That(await RevisionsAsync(space), Is.EqualTo(new[] { "2", "3" }));
        Assert.That(
            await space.GetAsync("deployment/web", "{.spec.template.spec.containers[0].image}"), Is.EqualTo("web:v1"));
    }

    [Test]
    public async Task SetImage_ThatDoesNotExist_LeavesTheOldPodsServing()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("stuck");
        await space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=2");
        await space.WaitForRolloutAsync("web");
        var hash = await space.GetAsync("replicasets", "{.items[0].metadata.labels.pod-template-hash}");
        await space.KubectlAsync("set", "image", "deployment/web", "web=127.0.0.1:1/web:v9");

        // Waiting begins as ContainerCreating; what it comes to is one of these two, in turns.
        await WorkloadCluster.Cluster.UntilAsync(
            reason => reason is "ErrImagePull" or "ImagePullBackOff",
            "--namespace", space.Name, "get", "pods", "-l", $"app=web,pod-template-hash!={hash}",
            "-o", "jsonpath={.items[*].status.containerStatuses[0].state.waiting.reason}");
        Assert.That(await space.GetAsync("deployment/web", "{.status.availableReplicas}"), Is.EqualTo("2"));
    }

    /// <summary>The table of revisions, without its two heading lines.</summary>
    private static async Task<string[]> RevisionsAsync(TestNamespace space)
    {
        var history = await space.KubectlAsync("rollout", "history", "deployment/web");
        var lines = history.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[1], Is.EqualTo("REVISION  CHANGE-CAUSE"));
        return [.. lines[2..].Select(line => line.Split(' ')[0])];
    }
}
