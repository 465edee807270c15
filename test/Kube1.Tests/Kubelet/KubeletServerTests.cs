using System.Text;
using Kube1.Client.Streaming;
using Kube1.Kubelet.Runtime;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube1.Tests.Kubelet;

/// <summary>The kubelet's API on port 10250: who may use it, and what it answers.</summary>
public sealed class KubeletServerTests
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";

    private KubeletServerFixture _kubelet = null!;

    [SetUp]
    public async Task SetUp() => _kubelet = await KubeletServerFixture.StartAsync();

    [TearDown]
    public async Task TearDown() => await _kubelet.DisposeAsync();

    [TestCase("pods")]
    [TestCase("metrics")]
    [TestCase("exec/default/web/app?command=ls")]
    public async Task Request_WithoutKnownCredentials_IsUnauthorized(string path)
    {
        var nothing = await TextAsync(_kubelet.WithToken(null), path);
        var badToken = await TextAsync(_kubelet.WithToken("nonsense"), path);
        var stranger = await TextAsync(_kubelet.AsStranger(), path);

        Assert.That(nothing, Is.EqualTo((401, "Unauthorized")));
        Assert.That(badToken, Is.EqualTo((401, "Unauthorized")));
        Assert.That(stranger, Is.EqualTo((401, "Unauthorized")));
    }

    [TestCase("GET", "pods", "get", "pods proxy")]
    [TestCase("GET", "configz", "get", "configz proxy")]
    [TestCase("GET", "metrics", "get", "metrics")]
    [TestCase("GET", "metrics/cadvisor", "get", "metrics")]
    [TestCase("GET", "stats/summary", "get", "stats")]
    [TestCase("GET", "logs/x", "get", "log")]
    [TestCase("GET", "containerLogs/default/web/app", "get", "proxy")]
    [TestCase("POST", "exec/default/web/app", "create", "proxy")]
    public async Task Request_OfAUserWithoutPermission_IsForbidden(string method, string path, string verb, string subresources)
    {
        using var response = await _kubelet.As("alice").SendRawAsync(method, path);

        Assert.That((int)response.StatusCode, Is.EqualTo(403));
        Assert.That(
            await response.Content.ReadAsStringAsync(),
            Is.EqualTo($"Forbidden (user=alice, verb={verb}, resource=nodes, subresource(s)=[{subresources}])\n"));
    }

    [TestCase("nodes/pods", "pods", "metrics")]
    [TestCase("nodes/metrics", "metrics", "pods")]
    [TestCase("nodes/stats", "stats/summary", "pods")]
    [TestCase("nodes/proxy", "pods", "metrics")]
    public async Task Request_OfAServiceAccount_NeedsTheSubresourceOnThisNode(string granted, string allowed, string forbidden)
    {
        await _kubelet.Cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"monitor"}}""");
        await _kubelet.Cluster.CreateAsync(Rbac + "clusterroles", $$$"""
            {"metadata":{"name":"monitor"},"rules":[{"apiGroups":[""],"resources":["{{{granted}}}"],"resourceNames":["node1"],"verbs":["get"]}]}
            """);
        await _kubelet.Cluster.CreateAsync(Rbac + "clusterrolebindings", """
            {"metadata":{"name":"monitor"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"monitor"},
            "subjects":[{"kind":"ServiceAccount","namespace":"default","name":"monitor"}]}
            """);
        var monitor = _kubelet.WithToken(await _kubelet.Cluster.TokenAsync("monitor"));

        Assert.That((await TextAsync(monitor, allowed)).Code, Is.EqualTo(200));
        Assert.That((await TextAsync(monitor, forbidden)).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Healthz_OfAnybody_IsOk() =>
        Assert.That(await TextAsync(_kubelet.WithToken(null), "healthz"), Is.EqualTo((200, "ok")));

    [Test]
    public async Task Pods_RunningPod_IsListedWithItsStatus()
    {
        await _kubelet.RunPodAsync();
        var (code, list) = await _kubelet.ApiServer.SendAsync("GET", "pods");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(list.Text("kind"), Is.EqualTo("PodList"));
        Assert.That(list.Text("items.0.metadata.name"), Is.EqualTo("web"));
        Assert.That(list.Text("items.0.status.phase"), Is.EqualTo("Running"));
    }

    [Test]
    public async Task Metrics_RunningPod_IsCounted()
    {
        await _kubelet.RunPodAsync();
        var (_, text) = await TextAsync(_kubelet.ApiServer, "metrics");

        Assert.That(text, Does.Contain("\nkubelet_running_pods 1\n"));
        Assert.That(text, Does.Contain("kubelet_running_containers{container_state=\"running\"} 1\n"));
    }

    [Test]
    public async Task Summary_RunningPod_HasItsContainersUsage()
    {
        await _kubelet.RunPodAsync();
        var (_, summary) = await _kubelet.ApiServer.SendAsync("GET", "stats/summary");

        Assert.That(summary.Text("node.nodeName"), Is.EqualTo("node1"));
        Assert.That(summary.Text("pods.0.podRef.name"), Is.EqualTo("web"));
        Assert.That(summary.Text("pods.0.containers.0.memory.workingSetBytes"), Is.EqualTo("1048576"));
    }

    [Test]
    public async Task ResourceMetrics_RunningPod_HasUpstreamsNamesAndLabels()
    {
        await _kubelet.RunPodAsync();
        var (code, text) = await TextAsync(_kubelet.ApiServer, "metrics/resource");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(text, Does.Contain("# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total "));
        Assert.That(text, Does.Contain("# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes "));
        Assert.That(text, Does.Contain("""
            # HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes
            # TYPE container_memory_working_set_bytes gauge
            container_memory_working_set_bytes{container="app",namespace="default",pod="web"} 1048576 1767225600000

            """.ReplaceLineEndings("\n")));
        Assert.That(text, Does.Contain("container_cpu_usage_seconds_total{container=\"app\",namespace=\"default\",pod=\"web\"} 0 "));
        Assert.That(text, Does.Contain("container_start_time_seconds{container=\"app\",namespace=\"default\",pod=\"web\"} 1767225600\n"));
        Assert.That(text, Does.Contain("pod_cpu_usage_seconds_total{namespace=\"default\",pod=\"web\"} 0 "));
        Assert.That(text, Does.Contain("pod_memory_working_set_bytes{namespace=\"default\",pod=\"web\"} 1048576 "));
        Assert.That(text, Does.EndWith("# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n"));
    }

    [Test]
    public async Task ResourceMetrics_RuntimeFails_SaysSo()
    {
        _kubelet.Node.Runtime.Before = (operation, _) =>
        {
            if (operation == "ListContainerStats")
            {
                throw new RuntimeException(RuntimeErrorCode.Unavailable, "gone");
            }
        };
        var (code, text) = await TextAsync(_kubelet.ApiServer, "metrics/resource");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(text, Does.EndWith("resource_scrape_error 1\n").And.Not.Contain("container_"));
    }

    [TestCase("logs/", 200, "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n"
        + "<a href=\"a%20%26b.log\">a &amp;b.log</a>\n<a href=\"inside\">inside</a>\n<a href=\"outside\">outside</a>\n"
        + "<a href=\"sub/\">sub/</a>\n</pre>\n")]
    [TestCase("logs/a%20%26b.log", 200, "line\n")]
    [TestCase("logs/sub/deep.log", 200, "deep\n")]
    [TestCase("logs/inside", 200, "deep\n")]
    [TestCase("logs/outside", 404, "404 page not found\n")]
    [TestCase("logs/none", 404, "404 page not found\n")]
    [TestCase("logs/sub%2f..%2f..%2fsecret", 404, "404 page not found\n")]
    public async Task NodeLogs_Path_ShowsTheFolderAndNothingBeyond(string path, int code, string text)
    {
        MakeNodeLogs();

        Assert.That(await TextAsync(_kubelet.ApiServer, path), Is.EqualTo((code, text)));
    }

    [TestCase("logs/sub", "/logs/sub/")]
    [TestCase("logs/sub/deep.log/", "/logs/sub/deep.log")]
    public async Task NodeLogs_SlashThatDoesNotFit_IsRedirected(string path, string expected)
    {
        MakeNodeLogs();
        using var response = await _kubelet.ApiServer.GetAsync(path);

        Assert.That(response.RequestMessage!.RequestUri!.AbsolutePath, Is.EqualTo(expected));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Run_Command_AnswersWithItsOutput()
    {
        await _kubelet.RunPodAsync();
        _kubelet.Node.Runtime.Exec = (_, command) => command[0] == "false"
            ? new ExecResult(default, "bad\n"u8.ToArray(), 1)
            : new ExecResult(Encoding.UTF8.GetBytes(string.Join('|', command)), default, 0);
        using var passed = await _kubelet.ApiServer.SendRawAsync("POST", "run/default/web/app?cmd=ls%20-l");
        using var failed = await _kubelet.ApiServer.SendRawAsync("POST", "run/default/web/app?cmd=false");
        using var wrong = await _kubelet.ApiServer.SendRawAsync("GET", "run/default/web/app?cmd=ls");

        Assert.That(await passed.Content.ReadAsStringAsync(), Is.EqualTo("ls|-l"));
        Assert.That((int)failed.StatusCode, Is.EqualTo(500));
        Assert.That(await failed.Content.ReadAsStringAsync(), Is.EqualTo("command 'false' exited with 1: bad\n"));
        Assert.That((int)wrong.StatusCode, Is.EqualTo(405));
    }

    [TestCase("nowhere", 404, "404 page not found")]
    [TestCase("containerLogs/default/none/app", 404, "pod \"none\" does not exist\n")]
    [TestCase("containerLogs/default/web/none", 404, "container \"none\" not found in pod \"web\"\n")]
    [TestCase("containerLogs/default/web/app?previous=true", 400, "previous terminated container \"app\" in pod \"web\" not found")]
    [TestCase("containerLogs/default/web/app?tailLines=x", 400, "tailLines: invalid value \"x\"")]
    [TestCase("containerLogs/default/web/app?sinceTime=x", 400, "sinceTime: invalid value \"x\"")]
    [TestCase("exec/default/none/app?command=ls&output=1", 404, "pod does not exist")]
    [TestCase("exec/default/web/none?command=ls&output=1", 500, "container not found (\"none\")")]
    [TestCase("attach/default/web/none?output=1", 500, "container not found (\"none\")")]
    [TestCase("portForward/default/none?port=80", 404, "pod does not exist")]
    [TestCase("portForward/default/web?port=x", 400, "port: invalid value \"x\"")]
    [TestCase("exec/default/web/app?command=ls&output=1", 400, "Upgrade request required")]
    public async Task Request_ThatCannotBeServed_SaysWhy(string path, int code, string text)
    {
        await _kubelet.RunPodAsync();
        _kubelet.Node.Runtime.Streams = new Uri("http://127.0.0.1:1/");

        Assert.That(await TextAsync(_kubelet.ApiServer, path), Is.EqualTo((code, text)));
    }

    [TestCase("", "one\ntwo\nthree\n")]
    [TestCase("?tailLines=2", "two\nthree\n")]
    [TestCase("?tailLines=1&timestamps=true", "2026-01-02T03:04:07.5Z three\n")]
    [TestCase("?sinceTime=2026-01-02T03:04:06Z", "two\nthree\n")]
    [TestCase("?limitBytes=6", "one\ntw")]
    [TestCase("?stream=Stderr", "two\n")]
    [TestCase("?tailLines=0", "")]
    public async Task ContainerLogs_Query_SelectsLines(string query, string expected)
    {
        await _kubelet.RunPodAsync();
        var log = _kubelet.Node.Runtime.Containers.Single().LogPath;
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await File.WriteAllTextAsync(log, """
            2026-01-02T03:04:05.5Z stdout F one
            2026-01-02T03:04:06.5Z stderr F two
            2026-01-02T03:04:07.5Z stdout F three

            """);

        Assert.That(
            await TextAsync(_kubelet.ApiServer, "containerLogs/default/web/app" + query), Is.EqualTo((200, expected)));
    }

    [Test, CancelAfter(60_000)]
    public async Task ContainerLogs_Follow_GoesOnUntilTheContainerEnds(CancellationToken ct)
    {
        var pod = await _kubelet.RunPodAsync();
        var log = _kubelet.Node.Runtime.Containers.Single().LogPath;
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await File.WriteAllTextAsync(log, "2026-01-02T03:04:05.5Z stdout F one\n", ct);
        using var response = await _kubelet.ApiServer.GetAsync(
            "containerLogs/default/web/app?follow=true", HttpCompletionOption.ResponseHeadersRead, ct);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(ct));

        Assert.That(await lines.ReadLineAsync(ct), Is.EqualTo("one"));
        await File.AppendAllTextAsync(log, "2026-01-02T03:04:06.5Z stdout F two\n", ct);
        Assert.That(await lines.ReadLineAsync(ct), Is.EqualTo("two"));
        _kubelet.Node.Workers.Remove(pod);
        var end = lines.ReadLineAsync(ct).AsTask();
        await _kubelet.Node.UntilAsync(() => end.IsCompleted, "the log ends", TimeSpan.FromSeconds(1));
        Assert.That(await end, Is.Null);
    }

    [TestCase("exec/default/web/app?command=ls&output=1")]
    [TestCase("exec/default/web/uid-web/app?command=ls&output=1")]
    [TestCase("attach/default/web/app?output=1")]
    [TestCase("portForward/default/web")]
    [CancelAfter(60_000)]
    public async Task Stream_Upgrade_IsJoinedWithTheRuntimes(string path, CancellationToken ct)
    {
        await using var runtime = await BackendServer.StartAsync();
        var offered = "";
        runtime.Handle = async context =>
        {
            offered = context.Request.Headers["X-Stream-Protocol-Version"].ToString();
            context.Response.Headers.Upgrade = "SPDY/3.1";
            context.Response.Headers["X-Stream-Protocol-Version"] = "v4.channel.k8s.io";
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            await stream.CopyToAsync(stream, ct);
        };
        _kubelet.Node.Runtime.Streams = new Uri($"http://127.0.0.1:{runtime.HttpPort}/stream/1");
        await _kubelet.RunPodAsync();
        await using var answer = await DialAsync(path, ct);
        await answer.Stream!.WriteAsync("hello"u8.ToArray(), ct);
        var echoed = new byte[5];
        await answer.Stream.ReadExactlyAsync(echoed, ct);

        Assert.That(offered, Is.EqualTo("v4.channel.k8s.io"));
        Assert.That(answer.Header("Upgrade"), Is.EqualTo("SPDY/3.1"));
        Assert.That(answer.Header("X-Stream-Protocol-Version"), Is.EqualTo("v4.channel.k8s.io"));
        Assert.That(Encoding.ASCII.GetString(echoed), Is.EqualTo("hello"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Stream_RuntimeRefuses_ItsAnswerIsGiven(CancellationToken ct)
    {
        await using var runtime = await BackendServer.StartAsync();
        _kubelet.Node.Runtime.Streams = new Uri($"http://127.0.0.1:{runtime.HttpPort}/stream/1");
        await _kubelet.RunPodAsync();
        await using var answer = await DialAsync("attach/default/web/app?output=1", ct);

        Assert.That(answer.StatusCode, Is.EqualTo(404));
    }

    private void MakeNodeLogs()
    {
        var root = _kubelet.Node.Options.NodeLogsDirectory;
        Directory.CreateDirectory(Path.Combine(root, "sub"));
        File.WriteAllText(Path.Combine(root, "a &b.log"), "line\n");
        File.WriteAllText(Path.Combine(root, "sub", "deep.log"), "deep\n");
        var secret = Path.Combine(_kubelet.Node.Folder, "secret");
        File.WriteAllText(secret, "secret\n");
        File.CreateSymbolicLink(Path.Combine(root, "inside"), "sub/deep.log");
        File.CreateSymbolicLink(Path.Combine(root, "outside"), secret);
    }

    private Task<UpgradeResponse> DialAsync(string path, CancellationToken ct) =>
        new UpgradeDialer(TimeProvider.System).DialAsync(
            new UpgradeRequest
            {
                Uri = new Uri(_kubelet.Address, path),
                Headers = [new("X-Stream-Protocol-Version", "v4.channel.k8s.io")],
                Tls = _kubelet.ClientTls("kube-apiserver-kubelet-client", "system:masters"),
            },
            ct);

    private static async Task<(int Code, string Text)> TextAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
