using System.Text;
using Kube1.EndToEnd.Kit;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Images;
using Kube1.Testing;

namespace Kube1.EndToEnd.Runtimes;

[NonParallelizable]
public sealed class CriPodRuntimeTests
{
    private const string Image = "docker.io/library/k1test:v1";

    private ContainerdFixture _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = new ContainerdFixture();
        await _node.StartAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test, CancelAfter(120_000)]
    public async Task Version_OfTheRuntimeUnderTest_IsWhatItsProgramSays(CancellationToken ct)
    {
        var said = await Programs.RunAsync(_node.Options.Binaries.Containerd, ["--version"]);
        var version = await _node.Runtime.VersionAsync(ct);

        TestContext.Out.WriteLine($"{version.RuntimeName} {version.Version}");
        Assert.That(said.Output.Split(' ', '\n'), Does.Contain(version.Version));
    }

    [Test, CancelAfter(120_000)]
    public async Task Container_WholeLife_RunsLogsExecutesAndLeavesNothing(CancellationToken ct)
    {
        var runtime = _node.Runtime;
        await ImportAsync(["k1test:v1", "k1test:alias"], ct);
        var sandbox = _node.Sandbox("life");
        var sandboxId = await runtime.RunSandboxAsync(sandbox, "", ct);
        var config = Shell(
            "trap 'exit 7' TERM; echo started; echo oops >&2; touch /ready; while :; do sleep 0.05; done");
        var id = await runtime.CreateContainerAsync(sandboxId, config, sandbox, ct);
        await runtime.StartContainerAsync(id, ct);

        string[] command = ["sh", "-c", "until [ -e /ready ]; do sleep 0.05; done; echo out; echo err >&2; exit 3"];
        var exec = await runtime.ExecSyncAsync(id, command, TimeSpan.FromSeconds(60), ct);
        Assert.That(exec.ExitCode, Is.EqualTo(3));
        Assert.That(Encoding.UTF8.GetString(exec.StandardOutput.Span), Is.EqualTo("out\n"));
        Assert.That(Encoding.UTF8.GetString(exec.StandardError.Span), Is.EqualTo("err\n"));

        var running = await runtime.ContainerStatusAsync(id, ct);
        Assert.That(running!.State, Is.EqualTo(ContainerState.Running));
        Assert.That((await runtime.SandboxStatusAsync(sandboxId, ct))!.Pid, Is.GreaterThan(0));

        await runtime.StopContainerAsync(id, TimeSpan.FromSeconds(30), ct);
        var ended = await runtime.ContainerStatusAsync(id, ct);
        Assert.That(ended!.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(ended.ExitCode, Is.EqualTo(7));
        var log = await File.ReadAllTextAsync(ended.LogPath, ct);
        Assert.That(log, Does.Contain(" stdout F started\n").And.Contain(" stderr F oops\n"));

        await runtime.RemoveContainerAsync(id, ct);
        await runtime.StopSandboxAsync(sandboxId, ct);
        await runtime.RemoveSandboxAsync(sandboxId, ct);
        await runtime.RemoveSandboxAsync(sandboxId, ct);
        Assert.That(await runtime.ContainerStatusAsync(id, ct), Is.Null);
        Assert.That(await runtime.ListSandboxesAsync(ct), Is.Empty);
    }

    [Test, CancelAfter(120_000)]
    public async Task ImportImages_SeveralTags_AllResolveAndArePinned(CancellationToken ct)
    {
        var names = await ImportAsync(["k1test:v1", "localhost:5000/team/k1test:v2"], ct);

        Assert.That(names, Is.EquivalentTo(new[] { Image, "localhost:5000/team/k1test:v2" }));
        var byName = await _node.Runtime.ImageStatusAsync("k1test:v1", ct);
        Assert.That(byName, Is.Not.Null);
        Assert.That(byName!.Pinned, Is.True);
        Assert.That(byName.RepoTags, Is.EquivalentTo(names));
        Assert.That((await _node.Runtime.ImageStatusAsync(byName.Id, ct))!.Id, Is.EqualTo(byName.Id));
        var pause = await _node.Runtime.ImageStatusAsync(PauseImage.Name, ct);
        Assert.That(pause!.Pinned, Is.True);
        Assert.That(await ImportAsync(["k1test:v1"], ct), Is.EqualTo(new[] { Image }), "importing again is fine");
        Assert.That(await _node.Runtime.ListImagesAsync(ct), Has.Count.EqualTo(2));
    }

    [Test, CancelAfter(120_000)]
    public void ImportImages_NoArchive_SaysSo(CancellationToken ct) => Assert.That(
        async () => await _node.Runtime.ImportImagesAsync(new MemoryStream(new byte[4000]), ct),
        Throws.InstanceOf<InvalidDataException>());

    [Test, CancelAfter(120_000)]
    public async Task Events_ContainerEnds_StoppedComesWhenStatusSaysExited(CancellationToken ct)
    {
        var runtime = _node.Runtime;
        await ImportAsync(["k1test:v1"], ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var events = runtime.EventsAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var sandbox = _node.Sandbox("events");
        var next = events.MoveNextAsync();
        // The subscription sends nothing before its first event: sandboxes are made until one is seen.
        string sandboxId;
        for (uint attempt = 0; ; attempt++)
        {
            sandbox = sandbox with { Metadata = sandbox.Metadata with { Attempt = attempt } };
            sandboxId = await runtime.RunSandboxAsync(sandbox, "", ct);
            if (next.IsCompleted)
            {
                break;
            }
        }

        await next;
        var id = await runtime.CreateContainerAsync(sandboxId, Shell("exit 4"), sandbox, ct);
        await runtime.StartContainerAsync(id, ct);
        while (events.Current is not { Type: RuntimeEventType.Stopped } stopped || stopped.ContainerId != id)
        {
            Assert.That(await events.MoveNextAsync(), Is.True);
        }

        var status = await runtime.ContainerStatusAsync(id, ct);
        Assert.That(status!.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(status.ExitCode, Is.EqualTo(4));
        await stop.CancelAsync();
    }

    private static ContainerConfig Shell(string script) => new()
    {
        Metadata = new ContainerMetadata("main", 0),
        Image = Image,
        Command = ["sh", "-c", script],
        LogPath = "main/0.log",
    };

    private async Task<IReadOnlyList<string>> ImportAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        using var archive = new MemoryStream();
        TestImages.WriteBusyBox(archive, names);
        archive.Position = 0;
        return await _node.Runtime.ImportImagesAsync(archive, ct);
    }
}
