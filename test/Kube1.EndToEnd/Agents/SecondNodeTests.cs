using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Agents;

/// <summary>A second node on a host of its own: it joins, carries its share, dies, and comes back.</summary>
[TestFixture]
[NonParallelizable]
public sealed class SecondNodeTests
{
    private const string Image = "kube1.test/web:1";
    private const string NodeName = "second";

    /// <summary>Upstream calls a silent node dead after 50 s; the rest is the machine's.</summary>
    private static readonly TimeSpan DeathNoticedWithin = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private MachineState _before = null!;
    private SecondHost _host = null!;
    private LiveCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Assume.That(TestImages.Available, "busybox-static is needed for the test image");
        _before = await MachineState.SettledAsync();
        _host = await SecondHost.CreateAsync();
        _cluster = await LiveCluster.StartAsync(["--node-ip", _host.GatewayAddress], ("web.tar", WriteImage));
        await _host.AddImagesAsync("web.tar", WriteImage);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        var left = _before is null ? [] : (await MachineState.ClearedAsync(_before)).Since(_before);
        Assert.That(left, Is.Empty, "the second node left something behind");
    }

    [TearDown]
    public async Task ShowLogsOfFailureAsync()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            await TestContext.Out.WriteLineAsync($"agent:\n{_host.Log}\nserver:\n{_cluster.Log}");
        }
    }

    [Test]
    public async Task Agent_WrongToken_EndsWithOneSentenceThatNamesTheFix()
    {
        var token = await TokenAsync();
        var wrong = token[..token.LastIndexOf('.')] + "." + new string('x', 16);

        var result = await _host.RunAsync(
            Checkout.Program, "agent", "--data-dir", _host.DataDirectory, "--join", Server, "--token", wrong);

        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors.Trim().Split('\n'), Has.Length.EqualTo(1));
            Assert.That(result.Errors, Does.StartWith("kube1 agent: ").And.Contain("kube1 token create"));
        });
    }

    [Test]
    [DependsOnTest(nameof(Agent_WrongToken_EndsWithOneSentenceThatNamesTheFix))]
    public async Task Agent_PinnedToken_BecomesAReadyNode()
    {
        _host.StartAgent("--join", Server, "--token", await TokenAsync(), "--node-name", NodeName);

        await UntilAsync("the node is Ready", Patience, async () => await NodeReadinessAsync() == "True");
        Assert.That(
            await _cluster.KubectlAsync(
                "get", "node", NodeName, "-o", "jsonpath={.status.addresses[?(@.type=='InternalIP')].address}"),
            Is.EqualTo(_host.Address));
    }

    [Test]
    [DependsOnTest(nameof(Agent_PinnedToken_BecomesAReadyNode))]
    public async Task Pods_OnBothNodes_ReachEachOtherAndTheServiceByName()
    {
        await ApplyAsync(Pod("web-server", "server"), Pod("web-second", NodeName), """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
            """);
        await WaitForPodsAsync("pod/web-server", "pod/web-second");

        foreach (var (from, to) in new[] { ("web-server", "web-second"), ("web-second", "web-server") })
        {
            var address = await _cluster.KubectlAsync("get", "pod", to, "-o", "jsonpath={.status.podIP}");
            Assert.That(await FetchAsync(from, $"http://{address}/cgi-bin/hostname"), Is.EqualTo(to), $"{from} to {to}");
        }

        // Two endpoints, one on either node: enough fetches meet both.
        var clusterIP = await _cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        foreach (var from in new[] { "web-server", "web-second" })
        {
            foreach (var service in new[] { clusterIP, "web", "web.default.svc.cluster.local" })
            {
                var answered = new HashSet<string>(StringComparer.Ordinal);
                await UntilAsync($"both pods answer {from} at {service}", Patience, async () =>
                {
                    answered.Add(await FetchAsync(from, $"http://{service}/cgi-bin/hostname"));
                    return answered.IsSupersetOf(["web-server", "web-second"]);
                });
            }
        }
    }

    [Test]
    [DependsOnTest(nameof(Pods_OnBothNodes_ReachEachOtherAndTheServiceByName))]
    public async Task NodePort_OfEitherNode_LeadsToThePodsOfBoth()
    {
        var port = await _cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.ports[0].nodePort}");
        foreach (var node in new[] { _host.GatewayAddress, _host.Address })
        {
            var answered = new HashSet<string>(StringComparer.Ordinal);
            await UntilAsync($"both pods answer at {node}:{port}", Patience, async () =>
            {
                answered.Add(await ServiceCaller.UntilAnswersAsync(new Uri($"http://{node}:{port}/cgi-bin/hostname")));
                return answered.IsSupersetOf(["web-server", "web-second"]);
            });
        }
    }

    [Test]
    [DependsOnTest(nameof(NodePort_OfEitherNode_LeadsToThePodsOfBoth))]
    public async Task Exec_OnTheSecondNode_GoesThroughTheServerToItsKubelet()
    {
        Assert.That(
            await _cluster.KubectlAsync("exec", "web-second", "--", "hostname"), Is.EqualTo("web-second\n"));
        Assert.That(
            (await _cluster.TryKubectlAsync("logs", "web-second")).ExitCode, Is.Zero);
    }

    [Test]
    [DependsOnTest(nameof(Exec_OnTheSecondNode_GoesThroughTheServerToItsKubelet))]
    public async Task Agent_KilledAndStartedWithoutAToken_LeavesItsPodsUntouched()
    {
        var before = await ContainerAsync("web-second");

        await _host.KillAgentAsync();
        _host.StartAgent("--join", Server);

        await UntilAsync("the node is renewed", Patience, () => Task.FromResult(LogCount("node Ready") >= 2));
        Assert.That(await ContainerAsync("web-second"), Is.EqualTo(before));
        Assert.That(await FetchAsync("web-server", "http://web/version"), Is.EqualTo("1"));
    }

    [Test]
    [DependsOnTest(nameof(Agent_KilledAndStartedWithoutAToken_LeavesItsPodsUntouched))]
    public async Task Agent_Dies_ItsNodeIsNotReadyAndItsPodsAreReplacedElsewhere()
    {
        await _cluster.KubectlAsync("cordon", "server");
        await ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: moving}
            spec:
              replicas: 2
              selector: {matchLabels: {app: moving}}
              template:
                metadata: {labels: {app: moving}}
                spec:
                  containers: [{name: web, image: kube1.test/web:1, imagePullPolicy: Never}]
                  tolerations:
                  - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 1}
                  - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 1}
            """);
        await UntilAsync("both replicas run on the second node", Patience, async () => await ReadyOnAsync(NodeName) == 2);
        await _cluster.KubectlAsync("uncordon", "server");

        await _host.KillAgentAsync();

        await UntilAsync("the node's death is noticed", DeathNoticedWithin, async () => await NodeReadinessAsync() == "Unknown");
        await UntilAsync("both replicas run on the server", Patience, async () => await ReadyOnAsync("server") == 2);
        await _cluster.UntilEndpointsAsync("default", "web", 1);
        Assert.That(
            await _cluster.KubectlAsync("get", "node", NodeName, "-o", "jsonpath={.spec.taints[*].key}"),
            Does.Contain("node.kubernetes.io/unreachable"));
    }

    [Test]
    [DependsOnTest(nameof(Agent_Dies_ItsNodeIsNotReadyAndItsPodsAreReplacedElsewhere))]
    public async Task Agent_ComesBack_ItsNodeIsReadyAndTheReplacedPodsAreGone()
    {
        _host.StartAgent("--join", Server);

        await UntilAsync("the node is Ready again", Patience, async () => await NodeReadinessAsync() == "True");
        await UntilAsync("the replaced pods are gone", Patience, async () => await PodsAsync(NodeName) == "");
        Assert.That(await ReadyOnAsync("server"), Is.EqualTo(2));
        await _cluster.UntilEndpointsAsync("default", "web", 2);
    }

    private string Server => $"https://{_host.GatewayAddress}:{_cluster.Port}";

    private static void WriteImage(Stream output) => TestImages.WriteWebServer(output, Image, "1");

    private static string Pod(string name, string node) => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {name}
          labels:
            app: web
        spec:
          nodeSelector:
            kubernetes.io/hostname: {node}
          containers:
          - name: web
            image: {Image}
            imagePullPolicy: Never
        """;

    private async Task<string> TokenAsync()
    {
        var result = await Programs.RunAsync(Checkout.Program, ["token", "create", "--kubeconfig", _cluster.Kubeconfig]);
        Assert.That(result.ExitCode, Is.Zero, $"kube1 token create: {result}");
        return result.Output.Trim();
    }

    private async Task ApplyAsync(params string[] documents)
    {
        var result = await _cluster.TryKubectlAsync(["apply", "-f", "-"], string.Join("\n---\n", documents));
        Assert.That(result.ExitCode, Is.Zero, $"kubectl apply: {result}");
    }

    private Task WaitForPodsAsync(params string[] pods) =>
        _cluster.KubectlAsync(["wait", "--for=condition=Ready", $"--timeout={Patience.TotalSeconds}s", .. pods]);

    private Task<string> NodeReadinessAsync() => GetAsync(
        "node", NodeName, "jsonpath={.status.conditions[?(@.type=='Ready')].status}");

    private Task<string> ContainerAsync(string pod) =>
        GetAsync("pod", pod, "jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}");

    private async Task<string> GetAsync(string kind, string name, string output) =>
        (await _cluster.TryKubectlAsync("get", kind, name, "-o", output)).Output;

    /// <summary>What a pod gets from a URL, or how that failed. Debian's busybox crashes on wget's own `-T`.</summary>
    private async Task<string> FetchAsync(string pod, string url)
    {
        var result = await _cluster.TryKubectlAsync("exec", pod, "--", "timeout", "20", "wget", "-q", "-O", "-", url);
        return result.ExitCode == 0 ? result.Output.Trim() : result.ToString();
    }

    private async Task<string> PodsAsync(string node) => await _cluster.KubectlAsync(
        "get", "pods", "-l", "app=moving", "--field-selector", "spec.nodeName=" + node, "-o",
        "jsonpath={range .items[*]}{.metadata.name}{.metadata.deletionTimestamp} "
        + "{.status.conditions[?(@.type=='Ready')].status}\n{end}");

    /// <summary>Replicas that are Ready and stay; a pod to be deleted has a time where the others have nothing.</summary>
    private async Task<int> ReadyOnAsync(string node) => (await _cluster.KubectlAsync(
        "get", "pods", "-l", "app=moving", "--field-selector", "spec.nodeName=" + node, "-o",
        "jsonpath={range .items[*]}{.status.conditions[?(@.type=='Ready')].status},{.metadata.deletionTimestamp}\n{end}"))
        .Split('\n').Count(line => line == "True,");

    private int LogCount(string text) => _host.Log.Split('\n').Count(l => l.EndsWith(text, StringComparison.Ordinal));

    private static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> look)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await look())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(started), Is.LessThan(limit), $"waited in vain until {what}");
            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }
}
