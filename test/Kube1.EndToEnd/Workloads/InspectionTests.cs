using System.Text.RegularExpressions;

namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed partial class InspectionTests
{
    /// <summary>One namespace with an object of each kind serves all rows of the table of columns.</summary>
    private Kit.TestNamespace _columns = null!;

    [OneTimeSetUp]
    public async Task CreateColumnsNamespaceAsync()
    {
        _columns = await WorkloadCluster.NamespaceAsync("columns");
        await _columns.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--port=80");
        await _columns.KubectlAsync("expose", "deployment", "web");
        await _columns.KubectlAsync("create", "secret", "generic", "secret", "--from-literal=a=b");
        await _columns.WaitForRolloutAsync("web");
        await _columns.UntilEndpointsAsync("web", 1);
        await _columns.UntilEventAsync("web", "ScalingReplicaSet");
    }

    [OneTimeTearDown]
    public async Task DeleteColumnsNamespaceAsync()
    {
        if (_columns is not null)
        {
            await _columns.DisposeAsync();
        }
    }

    [Test]
    public async Task Describe_OfEachKind_TellsWhatHappened()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("described");
        await space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=2", "--port=80");
        await space.KubectlAsync("expose", "deployment", "web");
        await space.WaitForRolloutAsync("web");
        var pod = await space.GetAsync("pods", "{.items[0].metadata.name}");
        var ip = await space.GetAsync("pods", "{.items[0].status.podIP}");
        await space.UntilEndpointsAsync("web", 2);
        foreach (var reason in new[] { "Scheduled", "Pulled", "Created", "Started" })
        {
            await space.UntilEventAsync(pod, reason);
        }

        await space.UntilEventAsync("web", "ScalingReplicaSet");
        var ofPod = await space.KubectlAsync("describe", "pod", pod);
        var ofDeployment = await space.KubectlAsync("describe", "deployment", "web");
        var ofService = await space.KubectlAsync("describe", "service", "web");
        var ofNode = await space.KubectlAsync("describe", "node", "server");
        Assert.Multiple(() =>
        {
            Assert.That(ofPod, Does.Match(
                $"Normal +Scheduled +\\S+ +default-scheduler +Successfully assigned described/{pod} to server"));
            Assert.That(ofPod, Does.Match("Normal +Pulled +\\S+ +kubelet +.*\"web:v1\" already present on machine"));
            Assert.That(ofPod, Does.Match("Normal +Started +\\S+ +kubelet +.*[Cc]ontainer.* started|Started container web"));
            Assert.That(ofPod, Does.Match("Ready +True"));
            Assert.That(ofDeployment, Does.Match(
                "Normal +ScalingReplicaSet +\\S+ +deployment-controller +Scaled up replica set web-\\S+ from 0 to 2"));
            Assert.That(ofDeployment, Does.Match("Replicas: +2 desired \\| 2 updated \\| 2 total \\| 2 available"));
            Assert.That(ofService, Does.Match($"Endpoints: +.*{Regex.Escape(ip)}:80"));
            Assert.That(ofNode, Does.Match("Ready +True .*KubeletReady"));
            Assert.That(ofNode, Does.Match($"described +{pod}"));
            Assert.That(ofNode, Does.Match("Normal +NodeReady +"));
            Assert.That(ofNode, Does.Not.Contain("NodeNotReady"), "a node that starts is no node that fails");
            Assert.That(ofNode, Does.Match(
                "Normal +RegisteredNode +\\S+ +node-controller +Node server event: Registered Node server in Controller"));
        });
    }

    [TestCase("pods", "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES")]
    [TestCase("deployments", "NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR")]
    [TestCase("replicasets", "NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR")]
    [TestCase("services", "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR")]
    [TestCase("endpointslices", "NAME ADDRESSTYPE PORTS ENDPOINTS AGE")]
    [TestCase("configmaps", "NAME DATA AGE")]
    [TestCase("secrets", "NAME TYPE DATA AGE")]
    [TestCase("namespaces", "NAME STATUS AGE")]
    [TestCase("nodes", "NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME")]
    [TestCase("events", "LAST SEEN TYPE REASON OBJECT SUBOBJECT SOURCE MESSAGE FIRST SEEN COUNT NAME")]
    public async Task Get_Wide_HasUpstreamsColumns(string resource, string columns)
    {
        var output = await _columns.KubectlAsync("get", resource, "-o", "wide");
        var heading = Spaces().Replace(output.Split('\n')[0], " ").Trim();
        Assert.That(heading, Is.EqualTo(columns));
    }

    [Test]
    public async Task Explain_Field_ShowsItsTypeAndFields()
    {
        var output = await WorkloadCluster.Cluster.KubectlAsync("explain", "deployment.spec.strategy");
        Assert.Multiple(() =>
        {
            Assert.That(output, Does.Match("GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n"));
            Assert.That(output, Does.Contain("FIELD: strategy <DeploymentStrategy>"));
            Assert.That(output, Does.Match("rollingUpdate\t<RollingUpdateDeployment>"));
            Assert.That(output, Does.Match("type\t<string>"));
        });
    }

    /// <summary>A pod that has ended is there too: of its sandbox, containerd 1.6 can tell nothing.</summary>
    [Test]
    public async Task NodeProxy_UsageAndLogs_AreThoseOfTheNode()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("usage");
        await space.KubectlAsync("run", "done", "--image=busybox:v1", "--restart=Never", "--", "true");
        await space.KubectlAsync("run", "busy", "--image=busybox:v1", "--", "sleep", "3600");
        await space.WaitForLogAsync("done");
        await space.KubectlAsync("wait", "pod/busy", "--for=condition=Ready", "--timeout=60s");
        var metrics = await space.KubectlAsync("get", "--raw", "/api/v1/nodes/server/proxy/metrics/resource");
        var summary = await space.KubectlAsync("get", "--raw", "/api/v1/nodes/server/proxy/stats/summary");
        var logs = await space.KubectlAsync("get", "--raw", "/api/v1/nodes/server/proxy/logs/");
        Assert.Multiple(() =>
        {
            Assert.That(metrics, Does.Contain("\nresource_scrape_error 0\n"));
            Assert.That(metrics, Does.Match("\nnode_cpu_usage_seconds_total [0-9.]+ [0-9]+\n"));
            Assert.That(metrics, Does.Match(
                "\ncontainer_memory_working_set_bytes\\{container=\"busy\",namespace=\"usage\",pod=\"busy\"\\} [1-9][0-9]* [0-9]+\n"));
            Assert.That(metrics, Does.Match("\npod_cpu_usage_seconds_total\\{namespace=\"usage\",pod=\"busy\"\\} [0-9.e-]+ [0-9]+\n"));
            Assert.That(summary, Does.Contain("\"name\":\"busy\""));
            Assert.That(logs, Does.StartWith("<!doctype html>"));
        });
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
