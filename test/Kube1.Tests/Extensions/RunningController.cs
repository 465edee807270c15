using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Controllers;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Extensions;

/// <summary>One controller over a cluster.</summary>
internal sealed class RunningController(Task task, CancellationTokenSource stop) : IAsyncDisposable
{
    public static RunningController Start(TestCluster cluster, Func<ControllerContext, IController> make)
    {
        var stop = new CancellationTokenSource();
        var informers = new InformerSet(cluster.Client, TimeProvider.System, NullLoggerFactory.Instance);
        var controller = make(new ControllerContext
        {
            ClientFor = _ => cluster.Client,
            ApiServer = cluster.Client,
            Informers = informers,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        });
        return new RunningController(
            Task.WhenAll(controller.RunAsync(stop.Token), informers.RunAsync(stop.Token)), stop);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
