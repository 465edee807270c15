using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>
/// An operator at work, with a service account that may do what it must and no more: it publishes Websites, repairs what
/// others change, and closes them.
/// </summary>
[NonParallelizable]
public sealed class OperatorTests
{
    private TestNamespace _space = null!;
    private RunningProgram _operator = null!;
    private string _kubeconfig = "";

    private static WebsiteDefinition Definition => Websites.Definition;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("operator");
        await _space.ApplyAsync($$"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: operator}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: operator}
            rules:
            - {apiGroups: [{{Definition.Group}}], resources: [websites], verbs: [get, list, watch, patch]}
            - {apiGroups: [{{Definition.Group}}], resources: [websites/status, websites/finalizers], verbs: [update, patch]}
            - {apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, create, patch]}
            - {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, create, patch]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: operator}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}
            subjects: [{kind: ServiceAccount, name: operator, namespace: {{_space.Name}}}]
            """);
        _kubeconfig = await KubeconfigAsync();
        _operator = await Websites.StartScriptAsync("operator.mjs", _kubeconfig, Definition.Group, _space.Name);
        Assert.That(await _operator.ReadLineAsync(), Is.EqualTo("started"), _operator.Errors);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        try
        {
            // What it has marked with its finalizer is for it to close.
            await _space.KubectlAsync("delete", "websites", "--all", "--timeout=60s");
        }
        finally
        {
            if (_operator is not null)
            {
                await TestContext.Out.WriteLineAsync(_operator.Errors);
                await _operator.DisposeAsync();
            }

            await _space.DisposeAsync();
            File.Delete(_kubeconfig);
        }
    }

    [Test]
    public async Task Website_Created_IsPublishedAndReported()
    {
        await _space.ApplyAsync(Definition.Website("shop", "title: Hello, replicas: 2"));
        await PublishedAsync("shop");

        Assert.Multiple(async () =>
        {
            Assert.That(
                await _space.GetAsync("website/shop", "{.status.replicas} {.status.observedGeneration} {.metadata.generation}"),
                Is.EqualTo("2 1 1"));
            Assert.That(
                Websites.Words(await _space.KubectlAsync("get", "we", "shop", "--no-headers")),
                Does.Match(@"^shop shop\.example\.com 2 True [\dms]+$"));
            Assert.That(await _space.GetAsync("configmap/shop-pages", "{.data.TITLE}"), Is.EqualTo("Hello"));
            Assert.That(
                await _space.GetAsync("deployment/shop", "{.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}"),
                Is.EqualTo("Website/shop"));
            Assert.That(
                await _space.GetAsync("pods", "{.items[*].status.phase}", "-l", "website=shop"), Is.EqualTo("Running Running"));
        });
    }

    [Test]
    public async Task Website_Scaled_IsFollowed()
    {
        await _space.ApplyAsync(Definition.Website("grows", ""));
        await PublishedAsync("grows");
        await _space.KubectlAsync("scale", "website/grows", "--current-replicas=1", "--replicas=3");

        await _space.KubectlAsync("wait", "website/grows", "--for=jsonpath={.status.replicas}=3", "--timeout=60s");
        Assert.That(await _space.GetAsync("deployment/grows", "{.status.readyReplicas}"), Is.EqualTo("3"));
        Assert.That(
            await _space.GetAsync("website/grows", "{.status.replicas} {.status.selector}", "--subresource=scale"),
            Is.EqualTo("3 website=grows"));
    }

    [Test]
    public async Task Child_ChangedByOthers_IsRepaired()
    {
        await _space.ApplyAsync(Definition.Website("drifts", "title: Right"));
        await PublishedAsync("drifts");
        await _space.KubectlAsync("patch", "configmap", "drifts-pages", "--type=merge", "-p", """{"data":{"TITLE":"Wrong"}}""");
        await _space.KubectlAsync("wait", "configmap/drifts-pages", "--for=jsonpath={.data.TITLE}=Right", "--timeout=60s");

        await _space.KubectlAsync("delete", "deployment", "drifts");
        await _space.KubectlAsync("wait", "deployment/drifts", "--for=create", "--timeout=60s");
        await _space.WaitForRolloutAsync("drifts");
    }

    [Test]
    public async Task Website_Deleted_IsClosedAndItsChildrenCollected()
    {
        await _space.ApplyAsync(Definition.Website("ends", ""));
        await PublishedAsync("ends");
        Assert.That(
            await _space.GetAsync("website/ends", "{.metadata.finalizers}"), Is.EqualTo($"[\"{Definition.Group}/close\"]"));

        await _space.KubectlAsync("delete", "website", "ends", "--timeout=60s");

        Assert.That(await _space.GetAsync("configmap/closed", "{.data.ends}"), Is.EqualTo("closed"));
        await _space.KubectlAsync("wait", "--for=delete", "deployment/ends", "configmap/ends-pages", "--timeout=60s");
        await _space.KubectlAsync("wait", "--for=delete", "pods", "-l", "website=ends", "--timeout=60s");
    }

    [Test]
    public async Task Website_DeletedInForeground_GoesAfterItsChildren()
    {
        await _space.ApplyAsync(Definition.Website("ordered", ""));
        await PublishedAsync("ordered");
        await _space.KubectlAsync("delete", "website", "ordered", "--cascade=foreground", "--timeout=110s");

        var left = await _space.TryKubectlAsync(null, "get", "deployment/ordered", "configmap/ordered-pages");
        Assert.That(left.Errors, Does.Contain("deployments.apps \"ordered\" not found").And.Contain("configmaps \"ordered-pages\" not found"));
    }

    [Test]
    public async Task Account_OtherThanItsWork_IsRefused()
    {
        var result = await Programs.RunAsync(
            WorkloadCluster.Cluster.KubectlPath,
            ["--kubeconfig", _kubeconfig, "--namespace", _space.Name, "delete", "website", "any"],
            environment: WorkloadCluster.Cluster.WithCache());

        Assert.That(result.Errors, Is.EqualTo(
            $"Error from server (Forbidden): {Definition.Name} \"any\" is forbidden: User \"system:serviceaccount:{_space.Name}:operator\" "
            + $"cannot delete resource \"websites\" in API group \"{Definition.Group}\" in the namespace \"{_space.Name}\"\n"));
    }

    private Task<string> PublishedAsync(string name) =>
        _space.KubectlAsync("wait", "website/" + name, "--for=jsonpath={.status.phase}=Published", "--timeout=90s");

    // The cluster's own, with another user.
    private async Task<string> KubeconfigAsync()
    {
        var token = (await _space.KubectlAsync("create", "token", "operator")).Trim();
        var path = Path.GetTempFileName();
        File.Copy(WorkloadCluster.Cluster.Kubeconfig, path, overwrite: true);
        var kubectl = WorkloadCluster.Cluster.KubectlPath;
        foreach (var arguments in new string[][]
        {
            ["set-credentials", "operator", "--token=" + token],
            ["set-context", "--current", "--user=operator"],
        })
        {
            var result = await Programs.RunAsync(kubectl, ["--kubeconfig", path, "config", .. arguments]);
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
        }

        return path;
    }
}
