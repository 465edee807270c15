using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Simulated;

namespace Kube1.Tests.Kubelet;

[TestFixture]
internal sealed class PodWorkerSetTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Put_UidOfRunningCleanUp_StartsWhenItIsDone()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        var first = node.Runtime.Containers.Single().Id;

        // The API forgets the pod while it runs; it comes back in the midst of the clean-up.
        node.Runtime.Script = _ => new SimulatedBehavior { StopTakes = Second };
        node.Workers.Remove(pod);
        node.Workers.Put(NodeFixture.Pod());
        await node.UntilAsync(
            () => node.Runtime.Containers is [{ State: ContainerState.Running } only] && only.Id != first,
            "the pod runs anew", Second / 10);
        await node.UntilPhaseAsync(pod, "Running");
        Assert.That(node.Workers.Find("default", "web")!.IsRemoved, Is.False);
    }

    [Test]
    public async Task Remove_WhileWaitingForCleanUp_StartsNothing()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        node.Workers.Put(pod);
        await node.UntilPhaseAsync(pod, "Running");
        node.Runtime.Script = _ => new SimulatedBehavior { StopTakes = Second };
        node.Workers.Remove(pod);
        node.Workers.Put(NodeFixture.Pod());
        node.Workers.Remove(pod);
        await node.UntilAsync(() => !node.Workers.All.Any(), "nothing is left", Second / 10);
        Assert.That(node.Runtime.Containers, Is.Empty);
    }

    [Test]
    public async Task Delete_WhileContainerIsMade_FindsAndStopsIt()
    {
        await using var node = new NodeFixture();
        var pod = NodeFixture.Pod();
        var made = false;
        node.Runtime.After = (operation, _) =>
        {
            // The runtime made it, but the caller was told to give up before it heard of it.
            if (operation == "CreateContainer" && !made)
            {
                made = true;
                var deleted = NodeFixture.Pod();
                deleted.Metadata.DeletionTimestamp = node.Time.GetUtcNow();
                deleted.Metadata.DeletionGracePeriodSeconds = 0;
                node.Workers.Put(deleted);
                throw new OperationCanceledException();
            }
        };
        node.Workers.Put(pod);
        await node.UntilAsync(() => !node.Api.Deletions.IsEmpty, "the pod is let go");
        node.Workers.Remove(pod);
        await node.UntilAsync(() => !node.Workers.All.Any(), "nothing is left");
        Assert.That(made, Is.True);
        Assert.That(node.Runtime.Containers, Is.Empty);
    }
}
