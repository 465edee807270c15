using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads.Clients;

/// <summary>The verbs of kubectl that talk to the API server, as a user types them, with what the screen then shows.</summary>
[NonParallelizable]
public sealed class KubectlVerbTests
{
    private TestNamespace _space = null!;

    [SetUp]
    public async Task CreateNamespaceAsync() =>
        _space = await WorkloadCluster.NamespaceAsync("verbs-" + Guid.NewGuid().ToString("N")[..8]);

    [TearDown]
    public async Task DeleteNamespaceAsync() => await _space.DisposeAsync();

    [TestCase("create configmap c --from-literal=a=b", "configmap/c created")]
    [TestCase("create secret generic s --from-literal=a=b", "secret/s created")]
    [TestCase("create secret docker-registry d --docker-server=r --docker-username=u --docker-password=p", "secret/d created")]
    [TestCase("create serviceaccount robot", "serviceaccount/robot created")]
    [TestCase("create service clusterip s --tcp=80:8080", "service/s created")]
    [TestCase("create service nodeport s --tcp=80", "service/s created")]
    [TestCase("create service externalname s --external-name=example.com", "service/s created")]
    [TestCase("create service loadbalancer s --tcp=80", "service/s created")]
    [TestCase("create deployment d --image=web:v1", "deployment.apps/d created")]
    [TestCase("create job j --image=busybox:v1 -- true", "job.batch/j created")]
    [TestCase("create cronjob c --image=busybox:v1 --schedule=*/5_*_*_*_*", "cronjob.batch/c created")]
    [TestCase("create ingress i --rule=a.example/=svc:80", "ingress.networking.k8s.io/i created")]
    [TestCase("create quota q --hard=pods=3,cpu=2", "resourcequota/q created")]
    [TestCase("create role r --verb=get,list --resource=pods", "role.rbac.authorization.k8s.io/r created")]
    [TestCase("create rolebinding b --clusterrole=view --serviceaccount=x:y", "rolebinding.rbac.authorization.k8s.io/b created")]
    [TestCase("create poddisruptionbudget p --selector=a=b --min-available=50%", "poddisruptionbudget.policy/p created")]
    [TestCase("run p --image=busybox:v1 --restart=Never -- true", "pod/p created")]
    public async Task Create_Generator_CreatesAndDryRunDoesNot(string command, string expected)
    {
        var arguments = command.Split(' ').Select(a => a.Replace('_', ' ')).ToArray();
        var dash = Array.IndexOf(arguments, "--");
        var dryRun = arguments.ToList();
        dryRun.Insert(dash < 0 ? arguments.Length : dash, "--dry-run=server");

        Assert.That(
            await _space.KubectlAsync([.. dryRun]), Is.EqualTo(expected + " (server dry run)\n"));
        Assert.That(await _space.KubectlAsync(arguments), Is.EqualTo(expected + "\n"));
        var again = await _space.TryKubectlAsync(null, arguments);
        Assert.That(again.Errors, Does.StartWith("error: failed to create ").Or.StartWith("Error from server (AlreadyExists)"));
        Assert.That(again.Errors, Does.EndWith("already exists\n"));
    }

    [Test]
    public async Task Apply_ServerSide_OwnsFieldsAndTellsConflicts()
    {
        const string first = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: shared}
            data: {a: "1", b: "1"}
            """;
        Assert.That(await ServerSideAsync(first, "alice"), Is.EqualTo("configmap/shared serverside-applied\n"));

        var conflict = await _space.TryKubectlAsync(
            first.Replace("a: \"1\"", "a: \"2\"", StringComparison.Ordinal),
            "apply", "--server-side", "--field-manager=bob", "-f", "-");
        Assert.That(conflict.ExitCode, Is.EqualTo(1));
        Assert.That(conflict.Errors, Does.Contain("Apply failed with 1 conflict: conflict with \"alice\": .data.a"));

        await ServerSideAsync("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: shared}
            data: {a: "2"}
            """, "bob", "--force-conflicts");
        Assert.That(await _space.GetAsync("configmap/shared", "{.data}"), Is.EqualTo("{\"a\":\"2\",\"b\":\"1\"}"));

        // What alice applies no more, and nobody else owns, goes.
        await ServerSideAsync("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: shared}
            data: {c: "1"}
            """, "alice");
        Assert.That(await _space.GetAsync("configmap/shared", "{.data}"), Is.EqualTo("{\"a\":\"2\",\"c\":\"1\"}"));
        var managers = await _space.KubectlAsync(
            "get", "configmap", "shared", "--show-managed-fields",
            "-o", "jsonpath={range .metadata.managedFields[*]}{.manager} {.operation}{\"\\n\"}{end}");

        // They stand by their times, of whole seconds, and only then by their names.
        Assert.That(
            managers.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(new[] { "alice Apply", "bob Apply" }));
    }

    [Test]
    public async Task Apply_FromClientSideToServerSide_TakesTheFieldsOver()
    {
        const string manifest = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: moved}
            data: {a: "1", b: "1"}
            """;
        await _space.ApplyAsync(manifest);
        await ServerSideAsync(manifest, "kubectl");
        await ServerSideAsync(manifest.Replace(", b: \"1\"", "", StringComparison.Ordinal), "kubectl");

        Assert.That(await _space.GetAsync("configmap/moved", "{.data}"), Is.EqualTo("{\"a\":\"1\"}"));
    }

    [Test]
    public async Task Diff_ChangedManifest_ShowsTheLineAndExitsWithOne()
    {
        await _space.KubectlAsync("create", "configmap", "c", "--from-literal=a=old");
        foreach (var flags in new string[][] { [], ["--server-side", "--force-conflicts"] })
        {
            var result = await _space.TryKubectlAsync(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: new}}", ["diff", .. flags, "-f", "-"]);

            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Output, Does.Contain("-  a: old\n+  a: new\n"));
        }
    }

    [Test]
    public async Task LabelAnnotatePatchEditReplace_EachChangesTheObject()
    {
        await _space.KubectlAsync("create", "configmap", "c", "--from-literal=a=b");

        Assert.That(await _space.KubectlAsync("label", "configmap", "c", "tier=web"), Is.EqualTo("configmap/c labeled\n"));
        Assert.That(
            (await _space.TryKubectlAsync(null, "label", "configmap", "c", "tier=db")).Errors,
            Does.Contain("'tier' already has a value (web), and --overwrite is false"));
        Assert.That(
            await _space.KubectlAsync("annotate", "configmap", "c", "note=x"), Is.EqualTo("configmap/c annotated\n"));
        foreach (var (type, patch) in new[]
        {
            ("strategic", "{\"data\":{\"s\":\"1\"}}"), ("merge", "{\"data\":{\"m\":\"1\"}}"),
            ("json", "[{\"op\":\"add\",\"path\":\"/data/j\",\"value\":\"1\"}]"),
        })
        {
            Assert.That(
                await _space.KubectlAsync("patch", "configmap", "c", "--type", type, "-p", patch),
                Is.EqualTo("configmap/c patched\n"), type);
        }

        var edited = await WorkloadCluster.Cluster.TryKubectlAsync(
            ["--namespace", _space.Name, "edit", "configmap", "c"], null,
            environment: new Dictionary<string, string> { ["KUBE_EDITOR"] = "sed -i s/tier:.web/tier:\\ db/" });
        Assert.That(edited.Output, Is.EqualTo("configmap/c edited\n"), edited.ToString());

        var json = await _space.KubectlAsync("get", "configmap", "c", "-o", "json");
        var replaced = await _space.TryKubectlAsync(
            json.Replace("\"a\": \"b\"", "\"a\": \"c\"", StringComparison.Ordinal), "replace", "-f", "-");
        Assert.That(replaced.Output, Is.EqualTo("configmap/c replaced\n"), replaced.ToString());
        Assert.That(
            await _space.GetAsync("configmap/c", "{.data} {.metadata.labels} {.metadata.annotations}"),
            Is.EqualTo("{\"a\":\"c\",\"j\":\"1\",\"m\":\"1\",\"s\":\"1\"} {\"tier\":\"db\"} {\"note\":\"x\"}"));
    }

    [Test]
    public async Task Set_EachPartOfATemplate_IsPatched()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1", "--replicas=0");
        await _space.KubectlAsync("create", "serviceaccount", "robot");

        await _space.KubectlAsync("set", "env", "deployment/web", "A=1", "B=2");
        await _space.KubectlAsync("set", "env", "deployment/web", "B-");
        await _space.KubectlAsync("set", "resources", "deployment/web", "--limits=cpu=200m,memory=64Mi");
        await _space.KubectlAsync("set", "serviceaccount", "deployment/web", "robot");
        await _space.KubectlAsync("rollout", "restart", "deployment/web");
        await _space.KubectlAsync("rollout", "pause", "deployment/web");
        await _space.KubectlAsync("rollout", "resume", "deployment/web");

        Assert.Multiple(async () =>
        {
            Assert.That(
                await _space.GetAsync(
                    "deployment/web",
                    "{.spec.template.spec.containers[0].env[*].name} {.spec.template.spec.containers[0].resources.limits.memory} "
                    + "{.spec.template.spec.serviceAccountName}"),
                Is.EqualTo("A 64Mi robot"));
            Assert.That(
                await _space.GetAsync("deployment/web", "{.spec.template.metadata.annotations}"),
                Does.Contain("kubectl.kubernetes.io/restartedAt"));
        });
    }

    [Test]
    public async Task Get_OutputForms_ShowWhatIsAsked()
    {
        foreach (var (name, rank) in new[] { ("a", "2"), ("b", "1"), ("c", "3") })
        {
            await _space.KubectlAsync("create", "configmap", name, "--from-literal=n=" + name, "--from-literal=rank=" + rank);
            await _space.KubectlAsync("label", "configmap", name, "n=" + name);
        }

        Assert.Multiple(async () =>
        {
            Assert.That(
                await _space.KubectlAsync("get", "configmaps", "-l", "n", "-o", "name", "--chunk-size=1"),
                Is.EqualTo("configmap/a\nconfigmap/b\nconfigmap/c\n"));
            Assert.That(
                await _space.KubectlAsync(
                    "get", "cm", "-l", "n in (a,c)", "--no-headers", "-o", "custom-columns=N:.metadata.name,D:.data.n"),
                Is.EqualTo("a     a\nc     c\n"));
            Assert.That(
                await _space.KubectlAsync(
                    "get", "cm", "-l", "n", "--sort-by=.data.rank", "-o", "jsonpath={.items[*].metadata.name}"),
                Is.EqualTo("b a c"));
            Assert.That(
                await _space.KubectlAsync("get", "cm", "-l", "n=a", "-L", "n", "--no-headers"), Does.Match(@"^a +2 +[\dms]+ +a\n$"));
            Assert.That(
                await _space.KubectlAsync("get", "cm", "--field-selector", "metadata.name=b", "-o", "name"),
                Is.EqualTo("configmap/b\n"));
            Assert.That(
                await _space.KubectlAsync("get", "--raw", $"/api/v1/namespaces/{_space.Name}/configmaps/a"),
                Does.Contain("\"n\":\"a\""));
        });
    }

    [Test]
    public async Task Delete_CascadeOrphanAndSelectors_LeaveWhatTheyShould()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1");
        await _space.WaitForRolloutAsync("web");

        await _space.KubectlAsync("delete", "deployment", "web", "--cascade=orphan");
        Assert.That(await _space.KubectlAsync("get", "deployments", "-o", "name"), Is.Empty);
        Assert.That(
            await _space.GetAsync("replicasets", "{.items[*].metadata.ownerReferences}"), Is.Empty, "orphaned");

        var replicaSet = await _space.KubectlAsync("get", "replicasets", "-o", "name");
        await _space.KubectlAsync("delete", replicaSet.Trim(), "--cascade=foreground", "--timeout=110s");
        Assert.That(await _space.KubectlAsync("get", "replicasets,pods", "-o", "name"), Is.Empty);

        await _space.KubectlAsync("create", "configmap", "kept");
        await _space.KubectlAsync("create", "configmap", "gone");
        await _space.KubectlAsync("label", "configmap", "gone", "x=y");
        Assert.That(
            await _space.KubectlAsync("delete", "configmaps", "-l", "x=y"),
            Is.EqualTo($"configmap \"gone\" deleted from {_space.Name} namespace\n"));
        await _space.KubectlAsync("get", "configmap", "kept");
    }

    [Test]
    public async Task Wait_ForEachKindOfCondition_Returns()
    {
        await _space.KubectlAsync("create", "deployment", "web", "--image=web:v1");
        await _space.KubectlAsync("wait", "deployment/web", "--for=condition=Available", "--timeout=60s");
        await _space.KubectlAsync("wait", "deployment/web", "--for=jsonpath={.status.readyReplicas}=1", "--timeout=60s");
        await _space.KubectlAsync("delete", "deployment", "web", "--wait=false");
        await _space.KubectlAsync("wait", "deployment/web", "--for=delete", "--timeout=60s");

        var late = await _space.TryKubectlAsync(
            null, "wait", "serviceaccount/default", "--for=condition=Ready", "--timeout=5s");
        Assert.That(late.Errors, Does.Contain("timed out waiting for the condition on serviceaccounts/default"));
    }

    [Test]
    public async Task Auth_WhoAmIAndCanI_TellTheTruth()
    {
        await _space.KubectlAsync("create", "serviceaccount", "robot");
        await _space.KubectlAsync("create", "rolebinding", "reads", "--clusterrole=view", $"--serviceaccount={_space.Name}:robot");
        var robot = $"--as=system:serviceaccount:{_space.Name}:robot";

        async Task<string> CanIAsync(params string[] action) =>
            (await _space.TryKubectlAsync(null, ["auth", "can-i", .. action])).Output;

        Assert.Multiple(async () =>
        {
            Assert.That(
                await _space.KubectlAsync("auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}"),
                Does.Contain("system:masters"));
            Assert.That(await CanIAsync("delete", "nodes"), Is.EqualTo("yes\n"));
            Assert.That(await CanIAsync("get", "pods", robot), Is.EqualTo("yes\n"));
            Assert.That(await CanIAsync("get", "secrets", robot), Is.EqualTo("no\n"));
            Assert.That(await CanIAsync("--list", robot), Does.Match(@"configmaps +\[\] +\[\] +\[get list watch\]"));
            Assert.That(
                (await _space.TryKubectlAsync(null, "get", "secrets", robot)).Errors,
                Is.EqualTo(
                    $"Error from server (Forbidden): secrets is forbidden: User \"{robot["--as=".Length..]}\" cannot list "
                    + $"resource \"secrets\" in API group \"\" in the namespace \"{_space.Name}\"\n"));
            Assert.That(
                (await _space.KubectlAsync("create", "token", "robot", "--duration=10m")).Split('.'), Has.Length.EqualTo(3));
        });
    }

    [Test]
    public async Task Debug_EphemeralContainer_JoinsThePod()
    {
        await _space.KubectlAsync("run", "target", "--image=busybox:v1", "--", "sleep", "600");
        await _space.KubectlAsync("wait", "pod/target", "--for=condition=Ready", "--timeout=60s");

        await _space.KubectlAsync(
            "debug", "target", "--image=busybox:v1", "--container=look", "--profile=general", "--", "hostname");
        await _space.KubectlAsync(
            "wait", "pod/target", "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}=0",
            "--timeout=60s");

        Assert.That(await _space.KubectlAsync("logs", "target", "-c", "look"), Is.EqualTo("target\n"));
    }

    [Test]
    public async Task Node_CordonTaintUncordon_ShowInItsSpec()
    {
        var cluster = WorkloadCluster.Cluster;
        Assert.That(await cluster.KubectlAsync("cordon", "server"), Is.EqualTo("node/server cordoned\n"));
        try
        {
            Assert.That(
                await cluster.KubectlAsync("get", "node", "server", "--no-headers"), Does.Contain("Ready,SchedulingDisabled"));
            Assert.That(
                await cluster.KubectlAsync("taint", "node", "server", "a=b:PreferNoSchedule"),
                Is.EqualTo("node/server tainted\n"));
            Assert.That(
                await cluster.KubectlAsync("taint", "node", "server", "a-"), Is.EqualTo("node/server untainted\n"));
        }
        finally
        {
            Assert.That(await cluster.KubectlAsync("uncordon", "server"), Is.EqualTo("node/server uncordoned\n"));
        }
    }

    [Test]
    public async Task ClusterInfoAndResources_ListWhatIsServed()
    {
        var cluster = WorkloadCluster.Cluster;
        Assert.Multiple(async () =>
        {
            Assert.That(await cluster.KubectlAsync("cluster-info"), Does.Contain("is running at"));
            Assert.That(
                await cluster.KubectlAsync("api-resources", "--namespaced=true", "-o", "name"),
                Does.Contain("deployments.apps\n").And.Contain("pods\n").And.Not.Contain("nodes\n"));
            Assert.That(await cluster.KubectlAsync("api-versions"), Does.Contain("apps/v1\n").And.Contain("\nv1\n"));
            Assert.That(await cluster.KubectlAsync("version", "-o", "yaml"), Does.Contain("gitVersion: v1.36"));
            Assert.That(await cluster.KubectlAsync("get", "--raw", "/readyz?verbose"), Does.Contain("readyz check passed"));
        });
    }

    private async Task<string> ServerSideAsync(string manifest, string manager, params string[] more)
    {
        var result = await _space.TryKubectlAsync(
            manifest, ["apply", "--server-side", "--field-manager=" + manager, .. more, "-f", "-"]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result.Output;
    }
}
