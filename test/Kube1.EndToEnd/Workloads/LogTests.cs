using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

[NonParallelizable]
public sealed class LogTests
{
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: talker}
        spec:
          terminationGracePeriodSeconds: 1
          initContainers:
          - {name: first, image: "busybox:v1", command: [echo, prepared]}
          containers:
          - name: main
            image: busybox:v1
            command: [sh, -c, "echo one; echo two; sleep 3; echo three >&2; exec sleep 3600"]
          - {name: side, image: "busybox:v1", command: [sh, -c, "echo beside; exec sleep 3600"]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: follower}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: main, image: "busybox:v1", command: [sh, -c, "echo one; exec sleep 3600"]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: phoenix}
        spec:
          terminationGracePeriodSeconds: 1
          volumes: [{name: kept, emptyDir: {}}]
          containers:
          - name: main
            image: busybox:v1
            command: [sh, -c, "if [ -e /kept/ran ]; then echo second; exec sleep 3600; fi; touch /kept/ran; echo first; exit 1"]
            volumeMounts: [{name: kept, mountPath: /kept}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: writer}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: main, image: "busybox:v1", command: [sh, -c, "awk 'BEGIN { for (i = 1; i <= 8000; i++) printf \"%01000d\\n\", i }'; exec sleep 3600"]}
        """;

    private TestNamespace _space = null!;

    [OneTimeSetUp]
    public async Task CreatePodsAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("logs");
        await _space.ApplyAsync(Pods);
        await _space.KubectlAsync("wait", "pods", "--all", "--for=condition=Ready", "--timeout=60s");
        await LogAsync(text => text.Contains("three", StringComparison.Ordinal), "talker", "-c", "main");
    }

    [OneTimeTearDown]
    public async Task DeletePodsAsync()
    {
        if (_space is not null)
        {
            await _space.DisposeAsync();
        }
    }

    [TestCase("one\ntwo\nthree\n", "-c", "main")]
    [TestCase("two\nthree\n", "-c", "main", "--tail=2")]
    [TestCase("", "-c", "main", "--tail=0")]
    [TestCase("one\ntwo\nthree\n", "-c", "main", "--since=1h")]
    [TestCase("one\ntw", "-c", "main", "--limit-bytes=6")]
    [TestCase("prepared\n", "-c", "first")]
    public async Task Logs_Flags_SelectLines(string expected, params string[] flags)
    {
        var shown = await _space.KubectlAsync(["logs", "talker", .. flags]);
        Assert.That(shown, Is.EqualTo(expected));
    }

    [Test]
    public async Task Logs_OfAllContainers_AreMarkedWithTheirNames()
    {
        var shown = await _space.KubectlAsync("logs", "talker", "--all-containers", "--prefix", "--tail=1");

        // kubectl asks for all of them at once.
        Assert.That(
            shown.TrimEnd().Split('\n'),
            Is.EquivalentTo(new[]
            {
                "[pod/talker/first] prepared", "[pod/talker/main] three", "[pod/talker/side] beside",
            }));
    }

    [Test]
    public async Task Logs_TimestampsAndSince_AgreeOnTheTime()
    {
        var lines = (await _space.KubectlAsync("logs", "talker", "-c", "main", "--timestamps")).Split('\n')[..3];
        Assert.That(lines, Has.All.Match("^20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,9}(Z|[+-]\\d\\d:\\d\\d) (one|two|three)$"));
        // The third line came three seconds after the others; times in queries have whole seconds.
        var third = lines[2].Split(' ')[0];
        var shown = await _space.KubectlAsync("logs", "talker", "-c", "main", "--since-time=" + third);
        Assert.That(shown, Is.EqualTo("three\n"));
    }

    [Test]
    public async Task Logs_OfSeveralContainers_AsksWhichOneAndTakesTheFirst()
    {
        var result = await _space.TryKubectlAsync(null, "logs", "talker");
        Assert.Multiple(() =>
        {
            Assert.That(result.Output, Is.EqualTo("one\ntwo\nthree\n"));
            Assert.That(result.Errors, Does.Contain("Defaulted container \"main\" out of: main, side, first (init)"));
        });
    }

    [Test]
    public async Task Logs_Follow_ShowsNewLinesAtOnceAndEndsWithThePod()
    {
        await using var follow = new RunningProgram(
            WorkloadCluster.Cluster.StartKubectl("--namespace", _space.Name, "logs", "-f", "follower"));
        Assert.That(await follow.ReadLineAsync(), Is.EqualTo("one"));
        foreach (var word in new[] { "two", "three" })
        {
            await _space.KubectlAsync("exec", "follower", "--", "sh", "-c", $"echo {word} > /proc/1/fd/1");
            Assert.That(await follow.ReadLineAsync(), Is.EqualTo(word));
        }

        await _space.KubectlAsync("delete", "pod", "follower", "--wait=false");
        var end = await follow.EndAsync();
        Assert.That((end.ExitCode, end.Output), Is.EqualTo((0, "")), end.ToString());
    }

    [Test]
    public async Task Logs_Previous_ShowsTheContainerBefore()
    {
        await LogAsync(text => text == "second\n", "phoenix");
        var none = await _space.TryKubectlAsync(null, "logs", "talker", "-c", "side", "--previous");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(await _space.KubectlAsync("logs", "phoenix", "--previous"), Is.EqualTo("first\n"));
            Assert.That(none.ExitCode, Is.EqualTo(1));
            Assert.That(none.Errors, Is.EqualTo(
                "Error from server (BadRequest): previous terminated container \"side\" in pod \"talker\" not found\n"));
        });
    }

    [Test]
    public async Task Logs_OfAContainerThatCannotStart_SaysWhy()
    {
        await _space.KubectlAsync("run", "stuck", "--image=127.0.0.1:1/none:v1", "--restart=Never");
        await _space.KubectlAsync(
            "wait", "pod/stuck", "--timeout=60s", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}");
        var result = await _space.TryKubectlAsync(null, "logs", "stuck");
        Assert.That(result.Errors, Does.Match(
            "^Error from server \\(BadRequest\\): container \"stuck\" in pod \"stuck\" is waiting to start: "));
    }

    /// <summary>A reader that pauses, such as a pager, is no broken connection.</summary>
    [Test]
    public async Task Logs_ReadSlowly_ComeWhole()
    {
        // Eight megabytes: more than kubectl takes into its window, less than at which a log is rotated.
        const int lines = 8000;
        static string Line(int number) => number.ToString("D1000", System.Globalization.CultureInfo.InvariantCulture);
        await LogAsync(text => text == Line(lines) + "\n", "writer", "--tail=1");
        await using var reader = new RunningProgram(
            WorkloadCluster.Cluster.StartKubectl("--namespace", _space.Name, "logs", "writer"));
        Assert.That(await reader.ReadLineAsync(), Is.EqualTo(Line(1)));
        // Longer than the grace that Kestrel gives to a client that takes nothing.
        await Task.Delay(TimeSpan.FromSeconds(12), TimeProvider.System, CancellationToken.None);
        for (var number = 2; number <= lines; number++)
        {
            Assert.That(await reader.ReadLineAsync(), Is.EqualTo(Line(number)), reader.Errors);
        }

        Assert.That((await reader.EndAsync()).ExitCode, Is.Zero, reader.Errors);
    }

    private Task LogAsync(Predicate<string> holds, params string[] arguments) =>
        WorkloadCluster.Cluster.UntilAsync(holds, ["--namespace", _space.Name, "logs", .. arguments]);
}
