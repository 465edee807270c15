using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>The verbs of kubectl for those who run a cluster: drain, certificate, events, top, autoscale, dump, watch.</summary>
[NonParallelizable]
public sealed class KubectlOperationTests
{
    private TestNamespace _space = null!;

    private static LiveCluster Cluster => WorkloadCluster.Cluster;

    [SetUp]
    public async Task CreateNamespaceAsync() =>
        _space = await WorkloadCluster.NamespaceAsync("operate-" + Guid.NewGuid().ToString("N")[..8]);

    [TearDown]
    public async Task DeleteNamespaceAsync() => await _space.DisposeAsync();

    [Test]
    public async Task Drain_PodWithABudget_IsEvictedWhenTheBudgetAllows()
    {
        // The selector is not bound to a namespace: only pods of this one are called so.
        var name = _space.Name;
        await _space.KubectlAsync("create", "deployment", name, "--image=web:v1");
        await _space.KubectlAsync("create", "poddisruptionbudget", "budget", "--selector=app=" + name, "--min-available=1");
        await _space.WaitForRolloutAsync(name);
        await _space.KubectlAsync(
            "wait", "pdb/budget", "--for=jsonpath={.status.currentHealthy}=1", "--timeout=60s");
        var pod = await _space.GetAsync("pods", "{.items[0].metadata.name}");
        try
        {
            await using var drain = new RunningProgram(Cluster.StartKubectl(
                "drain", "server", "--pod-selector=app=" + name, "--timeout=180s"));
            await drain.UntilErrorsAsync("Cannot evict pod as it would violate the pod's disruption budget.");
            await _space.KubectlAsync("get", "pod", pod);

            await _space.KubectlAsync("delete", "pdb", "budget");
            var drained = await drain.EndAsync();
            Assert.That(drained.ExitCode, Is.Zero, drained.ToString());
            Assert.That(drained.Output, Does.EndWith("node/server drained\n"));
            Assert.That(await _space.KubectlAsync("get", "pods", "-o", "name"), Does.Not.Contain(pod));
            Assert.That(await _space.GetAsync("pods", "{.items[*].spec.nodeName}"), Is.Empty, "nothing new comes here");
        }
        finally
        {
            await Cluster.KubectlAsync("uncordon", "server");
        }

        await _space.WaitForRolloutAsync(name);
    }

    [Test]
    public async Task Certificate_ApproveAndDeny_IssueOneOrNone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Convert.ToBase64String(Encoding.ASCII.GetBytes(
            new CertificateRequest("CN=jane, O=team", key, HashAlgorithmName.SHA256).CreateSigningRequestPem()));
        var (wanted, unwanted) = (_space.Name + "-wanted", _space.Name + "-unwanted");
        foreach (var name in new[] { wanted, unwanted })
        {
            await _space.ApplyAsync($$"""
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: {{name}}}
                spec: {request: {{request}}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
                """);
        }

        try
        {
            Assert.That(
                await Cluster.KubectlAsync("certificate", "approve", wanted),
                Is.EqualTo($"certificatesigningrequest.certificates.k8s.io/{wanted} approved\n"));
            Assert.That(
                await Cluster.KubectlAsync("certificate", "deny", unwanted),
                Is.EqualTo($"certificatesigningrequest.certificates.k8s.io/{unwanted} denied\n"));
            await Cluster.KubectlAsync("wait", "csr/" + wanted, "--for=jsonpath={.status.certificate}", "--timeout=60s");

            var pem = Encoding.ASCII.GetString(Convert.FromBase64String(
                await Cluster.KubectlAsync("get", "csr", wanted, "-o", "jsonpath={.status.certificate}")));
            using var certificate = X509Certificate2.CreateFromPem(pem);
            Assert.That(certificate.Subject, Is.EqualTo("CN=jane, O=team"));
            Assert.That(await Cluster.KubectlAsync("get", "csr", wanted, "--no-headers"), Does.EndWith("Approved,Issued\n"));
            Assert.That(await Cluster.KubectlAsync("get", "csr", unwanted, "--no-headers"), Does.EndWith("Denied\n"));
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "csr", wanted, unwanted);
        }
    }

    [Test]
    public async Task Events_OfAPodAndOfTypes_AreListed()
    {
        await _space.KubectlAsync("run", "p", "--image=busybox:v1", "--restart=Never", "--", "true");
        string[] reasons = ["Scheduled", "Pulled", "Created", "Started"];
        foreach (var reason in reasons)
        {
            await _space.UntilEventAsync("p", reason);
        }

        var table = await _space.KubectlAsync("events", "--for", "pod/p");
        var none = await _space.TryKubectlAsync(null, "events", "--types=Warning");

        Assert.That(table, Does.Match(@"^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n"));
        foreach (var reason in reasons)
        {
            Assert.That(table, Does.Match($@"\n\S+( \(\S+ ago\))? +Normal +{reason} +Pod/p +\S"));
        }

        Assert.That(none.Output + none.Errors, Is.EqualTo($"No events found in {_space.Name} namespace.\n"));
    }

    [TestCase("nodes")]
    [TestCase("pods")]
    public async Task Top_WithoutMetrics_SaysSo(string what)
    {
        var result = await _space.TryKubectlAsync(null, "top", what);

        Assert.That((result.ExitCode, result.Errors), Is.EqualTo((1, "error: Metrics API not available\n")));
    }

    [Test]
    public async Task Autoscale_Deployment_MakesAnAutoscaler()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=0");

        Assert.That(
            await _space.KubectlAsync("autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu=80%"),
            Is.EqualTo("horizontalpodautoscaler.autoscaling/web autoscaled\n"));
        Assert.That(
            await _space.KubectlAsync("get", "hpa", "web", "--no-headers"),
            Does.Match(@"^web +Deployment/web +cpu: <unknown>/80% +2 +5 +0 +\S+\n$"));
    }

    [Test]
    public async Task AuthReconcile_RolesAndBindings_AddWhatIsMissing()
    {
        await _space.KubectlAsync("create", "role", "r", "--verb=get", "--resource=secrets");
        // This verb reads manifests without a look at the cluster, and so puts nothing into a namespace by itself.
        var manifest = $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: r, namespace: {{_space.Name}}}
            rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: b, namespace: {{_space.Name}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
            subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
            """;

        var first = await _space.TryKubectlAsync(manifest, "auth", "reconcile", "-f", "-");
        var second = await _space.TryKubectlAsync(manifest, "auth", "reconcile", "-f", "-", "--remove-extra-permissions");

        Assert.That(first.Output, Does.Contain("role.rbac.authorization.k8s.io/r reconciled\n"), first.ToString());
        Assert.That(first.Output, Does.Contain("rolebinding.rbac.authorization.k8s.io/b reconciled\n"));
        Assert.That(second.ExitCode, Is.Zero, second.ToString());
        Assert.That(
            await _space.GetAsync("role/r", "{.rules[*].resources[*]} {.rules[*].verbs[*]}"), Is.EqualTo("pods get list"));
        Assert.That(
            await _space.KubectlAsync("auth", "can-i", "list", "pods", "--as=jane"), Is.EqualTo("yes\n"));
    }

    [Test]
    public async Task ClusterInfoDump_OfANamespace_HasItsObjectsAndLogs()
    {
        await _space.KubectlAsync("run", "p", "--image=busybox:v1", "--restart=Never", "--", "echo", "dumped");
        await _space.WaitForLogAsync("p");
        var folder = Directory.CreateTempSubdirectory("kube1-dump").FullName;
        try
        {
            await Cluster.KubectlAsync(
                "cluster-info", "dump", "--namespaces", _space.Name, "--output-directory", folder, "-o", "json");

            Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, "nodes.json")), Does.Contain("\"name\": \"server\""));
            Assert.That(
                await File.ReadAllTextAsync(Path.Combine(folder, _space.Name, "pods.json")), Does.Contain("\"name\": \"p\""));
            Assert.That(
                await File.ReadAllTextAsync(Path.Combine(folder, _space.Name, "p", "logs.txt")), Does.Contain("dumped\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task GetWatch_WithEventTypes_ShowsALife()
    {
        using var process = Cluster.StartKubectl(
            "--namespace", _space.Name, "get", "configmaps", "-l", "seen=yes", "--watch", "--output-watch-events", "--no-headers");
        await using var watch = new RunningProgram(process);
        // A watch that has begun would see this one twice at most: as what is there, or as what comes.
        await _space.ApplyAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {seen: \"yes\"}}}");
        Assert.That(await watch.ReadLineAsync(), Does.Match("^ADDED +c +0 "));
        await _space.KubectlAsync("patch", "configmap", "c", "-p", "{\"data\":{\"a\":\"b\"}}");
        Assert.That(await watch.ReadLineAsync(), Does.Match("^MODIFIED +c +1 "));
        await _space.KubectlAsync("label", "configmap", "c", "seen-");
        Assert.That(await watch.ReadLineAsync(), Does.Match("^DELETED +c +1 "), "it left the selection");
    }

    [Test]
    public async Task Rollout_Paused_WaitsUntilItIsResumed()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1");
        await _space.WaitForRolloutAsync("web");
        Assert.That(await _space.KubectlAsync("rollout", "pause", "deployment/web"), Is.EqualTo("deployment.apps/web paused\n"));
        await _space.KubectlAsync("set", "image", "deployment/web", "web=web:v2");
        var generation = await _space.GetAsync("deployment/web", "{.metadata.generation}");
        await _space.KubectlAsync(
            "wait", "deployment/web", $"--for=jsonpath={{.status.observedGeneration}}={generation}", "--timeout=60s");
        Assert.That(await _space.KubectlAsync("get", "replicasets", "-o", "name"), Has.Exactly(1).EqualTo('\n'));
        Assert.That(await _space.KubectlAsync("rollout", "resume", "deployment/web"), Is.EqualTo("deployment.apps/web resumed\n"));
        await _space.WaitForRolloutAsync("web");
        await _space.KubectlAsync("rollout", "undo", "deployment/web", "--to-revision=1");
        await _space.WaitForRolloutAsync("web");
        Assert.That(
            await _space.GetAsync("deployment/web", "{.spec.template.spec.containers[0].image}"), Is.EqualTo("web:v1"));
    }

    [Test]
    public async Task Subresources_GetAndPatch_ReachStatusAndScale()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=0");

        Assert.That(
            await _space.KubectlAsync("get", "deployment", "web", "--subresource=scale", "-o", "jsonpath={.kind} {.spec.replicas}"),
            Is.EqualTo("Scale 0"));
        await _space.KubectlAsync(
            "patch", "deployment", "web", "--subresource=scale", "--type=merge", "-p", "{\"spec\":{\"replicas\":1}}");
        await _space.WaitForRolloutAsync("web");
        Assert.That(
            await _space.KubectlAsync(
                "get", "deployment", "web", "--subresource=status", "-o", "jsonpath={.kind} {.status.readyReplicas}"),
            Is.EqualTo("Deployment 1"));
    }

    [Test]
    public async Task ApplyAndReplace_InTheirOtherForms_Work()
    {
        var folder = Directory.CreateTempSubdirectory("kube1-kustomize").FullName;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, "kustomization.yaml"), "namePrefix: pre-\nresources: [c.yaml]\n");
            await File.WriteAllTextAsync(
                Path.Combine(folder, "c.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}\n");
            Assert.That(await _space.KubectlAsync("apply", "-k", folder), Is.EqualTo("configmap/pre-c created\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.That(
            await _space.KubectlAsync("apply", "view-last-applied", "configmap/pre-c", "-o", "json"), Does.Contain("\"a\": \"b\""));
        var uid = await _space.GetAsync("configmap/pre-c", "{.metadata.uid}");
        var replaced = await _space.TryKubectlAsync(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: pre-c}, data: {a: c}}", "replace", "--force", "-f", "-");
        Assert.That(replaced.Output, Does.EndWith("configmap/pre-c replaced\n"), replaced.ToString());
        Assert.That(await _space.GetAsync("configmap/pre-c", "{.metadata.uid}"), Is.Not.EqualTo(uid), "a new object");
    }

    [TestCase("create clusterrole {0} --verb=get --resource=pods", "clusterrole.rbac.authorization.k8s.io/{0} created")]
    [TestCase("create clusterrolebinding {0} --clusterrole=view --user=jane", "clusterrolebinding.rbac.authorization.k8s.io/{0} created")]
    [TestCase("create priorityclass {0} --value=7", "priorityclass.scheduling.k8s.io/{0} created")]
    [TestCase("create namespace {0}-more", "namespace/{0}-more created")]
    public async Task Create_OfTheCluster_CreatesAndDeletes(string command, string expected)
    {
        var created = await Cluster.KubectlAsync(string.Format(null, command, _space.Name).Split(' '));

        Assert.That(created, Is.EqualTo(string.Format(null, expected, _space.Name) + "\n"));
        Assert.That(
            await Cluster.KubectlAsync("delete", created.Split(' ')[0], "--wait=false"), Does.EndWith(" deleted\n"));
    }

    [Test]
    public async Task Set_SubjectsAndSelectors_ArePatched()
    {
        await _space.KubectlAsync("create", "rolebinding", "b", "--clusterrole=view", "--user=jane");
        await _space.KubectlAsync("create", "service", "clusterip", "s", "--tcp=80");

        await _space.KubectlAsync("set", "subject", "rolebinding", "b", "--group=team");
        await _space.KubectlAsync("set", "selector", "service", "s", "a=b");

        Assert.That(await _space.GetAsync("rolebinding/b", "{.subjects[*].name}"), Is.EqualTo("jane team"));
        Assert.That(await _space.GetAsync("service/s", "{.spec.selector}"), Is.EqualTo("{\"a\":\"b\"}"));
    }
}
