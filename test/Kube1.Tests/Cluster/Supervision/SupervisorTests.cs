using System.Collections.Concurrent;
using Kube1.Cluster.Supervision;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Cluster.Supervision;

public sealed class SupervisorTests
{
    private readonly ConcurrentQueue<string> _trace = new();

    [SetUp]
    public void SetUp() => _trace.Clear();

    [Test]
    public async Task RunAsync_Cancelled_StartsInOrderAndStopsInReverse()
    {
        using var stop = new CancellationTokenSource();
        var supervisor = Create(Traced("store"), Traced("apiserver", "store"), Traced("scheduler", "apiserver", onReady: stop.Cancel));
        await supervisor.RunAsync(stop.Token);
        Assert.That(_trace, Is.EqualTo(new[]
        {
            "start store", "start apiserver", "start scheduler", "stop scheduler", "stop apiserver", "stop store",
        }));
    }

    [Test]
    public void RunAsync_RoleFails_StopsTheOthersAndSaysWhich()
    {
        var supervisor = Create(
            Traced("store"),
            new Role("apiserver", ["store"], (_, _) => throw new IOException("port 6443 is taken")));
        Assert.That(
            async () => await supervisor.RunAsync(CancellationToken.None),
            Throws.TypeOf<RoleFailedException>().With.Message.EqualTo("apiserver stopped: port 6443 is taken"));
        Assert.That(_trace, Is.EqualTo(new[] { "start store", "stop store" }));
    }

    [Test]
    public void RunAsync_RoleReturnsEarly_CountsAsFailure()
    {
        var supervisor = Create(new Role("apiserver", [], (_, _) => Task.CompletedTask));
        Assert.That(
            async () => await supervisor.RunAsync(CancellationToken.None),
            Throws.TypeOf<RoleFailedException>().With.Message.EqualTo("apiserver stopped: it returned"));
    }

    [Test]
    public async Task RunAsync_RestartableRoleFails_RunsAgain()
    {
        using var stop = new CancellationTokenSource();
        var runs = 0;
        var supervisor = Create(new Role("network", [], (signals, token) =>
        {
            if (++runs < 2)
            {
                throw new IOException("nftables are busy");
            }

            stop.Cancel();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }) { Restartable = true });
        await supervisor.RunAsync(stop.Token);
        Assert.That(runs, Is.EqualTo(2));
    }

    private static Supervisor Create(params Role[] roles) =>
        new(roles, _ => { }, TimeProvider.System, NullLogger<Supervisor>.Instance);

    private Role Traced(string name, string? dependsOn = null, Action? onReady = null) =>
        new(name, dependsOn is null ? [] : [dependsOn], async (signals, token) =>
        {
            _trace.Enqueue($"start {name}");
            signals.Ready();
            onReady?.Invoke();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                _trace.Enqueue($"stop {name}");
            }
        });
}
