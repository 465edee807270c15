using System.Diagnostics;
using System.Globalization;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Images;

namespace Kube1.EndToEnd.Runtimes;

[NonParallelizable]
public sealed class ContainerdSupervisorTests
{
    [Test, CancelAfter(120_000)]
    public async Task Start_ContainerdOfAnEarlierSupervisorRuns_IsAdoptedWithItsPods(CancellationToken ct)
    {
        await using var node = new ContainerdFixture();
        await node.StartAsync(ct);
        var sandbox = await node.Runtime.RunSandboxAsync(node.Sandbox("kept"), "", ct);
        var pid = await File.ReadAllTextAsync(node.Options.PidFile, ct);

        var adopted = await node.AnotherSupervisor().StartAsync(ct);

        Assert.That(adopted, Is.True);
        Assert.That(await File.ReadAllTextAsync(node.Options.PidFile, ct), Is.EqualTo(pid));
        Assert.That((await node.Runtime.SandboxStatusAsync(sandbox, ct))!.State, Is.EqualTo(SandboxState.Ready));
    }

    [Test, CancelAfter(120_000)]
    public async Task Run_ContainerdIsKilled_StartsAgainAndPodsGoOn(CancellationToken ct)
    {
        await using var node = new ContainerdFixture();
        await node.StartAsync(ct);
        var sandbox = await node.Runtime.RunSandboxAsync(node.Sandbox("kept"), "", ct);
        var before = await node.Runtime.SandboxStatusAsync(sandbox, ct);
        var pid = int.Parse(await File.ReadAllTextAsync(node.Options.PidFile, ct), CultureInfo.InvariantCulture);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var run = node.Supervisor.RunAsync(stop.Token);

        using (var containerd = Process.GetProcessById(pid))
        {
            containerd.Kill();
        }

        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (await node.AnotherPidAsync(pid, ct) is null || await TryStatusAsync(node, sandbox, ct) is null)
        {
            await clock.WaitForNextTickAsync(ct);
        }

        var after = await node.Runtime.SandboxStatusAsync(sandbox, ct);
        Assert.That(after!.State, Is.EqualTo(SandboxState.Ready));
        Assert.That(after.Pid, Is.EqualTo(before!.Pid));
        await stop.CancelAsync();
        await run;
    }

    [Test, CancelAfter(60_000)]
    public async Task Start_BrokenContainerd_SaysWhatItSaid(CancellationToken ct)
    {
        await using var node = new ContainerdFixture();
        Directory.CreateDirectory(node.Options.Directory);
        await File.WriteAllTextAsync(node.Options.Root, "a file where a folder should be", ct);

        Assert.That(
            async () => await node.Supervisor.StartAsync(ct),
            Throws.InstanceOf<IOException>().With.Message.StartsWith("containerd ended while starting: ")
                .And.Message.Contains(node.Options.Root));

        File.Delete(node.Options.Root);
        await node.StartAsync(ct);
        Assert.That(await node.Runtime.ImageStatusAsync(PauseImage.Name, ct), Is.Not.Null);
    }

    private static async Task<SandboxStatus?> TryStatusAsync(ContainerdFixture node, string id, CancellationToken ct)
    {
        try
        {
            return await node.Runtime.SandboxStatusAsync(id, ct);
        }
        catch (RuntimeException)
        {
            return null; // not up yet
        }
    }
}
