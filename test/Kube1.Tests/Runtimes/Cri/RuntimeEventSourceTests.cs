using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri;
using Kube1.Runtimes.Cri.Grpc;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Kube1.Runtimes.Cri.V1;
using ContainerdEvents = Kube1.Runtimes.Cri.Containerd.Events;

namespace Kube1.Tests.Runtimes.Cri;

public sealed class RuntimeEventSourceTests
{
    /// <summary>
    /// A container that ends at once: containerd tells of the exit while CRI still says "created", then "running".
    /// Who is woken before CRI says "exited" sees a container that runs, and nothing wakes it again.
    /// </summary>
    [Test]
    public async Task Exit_BeforeCriShowsIt_IsHeldUntilItDoes()
    {
        await using var runtime = await ScriptedRuntime.StartAsync(
            V1.ContainerState.ContainerCreated, V1.ContainerState.ContainerRunning, V1.ContainerState.ContainerExited);
        runtime.Emit(Exit("c1"));

        var found = await FirstAsync(runtime);

        Assert.That((found.Type, found.ContainerId), Is.EqualTo((RuntimeEventType.Stopped, "c1")));
        Assert.That(runtime.Told, Is.EqualTo(new[]
        {
            V1.ContainerState.ContainerCreated, V1.ContainerState.ContainerRunning, V1.ContainerState.ContainerExited,
        }));
    }

    [Test]
    public async Task OtherEvents_WhileAnExitIsHeld_PassIt()
    {
        await using var runtime = await ScriptedRuntime.StartAsync(V1.ContainerState.ContainerRunning);
        runtime.Emit(Exit("c1"));
        runtime.Emit(Envelope("TaskStart", new ContainerdEvents.TaskStart { ContainerId = "c2" }));

        var found = await FirstAsync(runtime);

        Assert.That((found.Type, found.ContainerId), Is.EqualTo((RuntimeEventType.Started, "c2")));
    }

    private static async Task<RuntimeEvent> FirstAsync(ScriptedRuntime runtime)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var channel = new GrpcChannel(runtime.Endpoint, TimeProvider.System);
        var source = new RuntimeEventSource(channel, TimeProvider.System, NullLogger<RuntimeEventSource>.Instance);
        await foreach (var found in source.ReadAsync(limit.Token))
        {
            return found;
        }

        throw new AssertionException("the stream ended without an event");
    }

    private static ContainerdEvents.Envelope Exit(string id) =>
        Envelope("TaskExit", new ContainerdEvents.TaskExit { Id = id, ContainerId = id });

    private static ContainerdEvents.Envelope Envelope(string name, IMessage message) => new()
    {
        Namespace = "k8s.io",
        Event = new Any { TypeUrl = "containerd.events." + name, Value = message.ToByteString() },
    };
}
