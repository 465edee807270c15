using System.CommandLine;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cluster.Configuration;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 wait`: returns when the cluster of a data directory can take work.</summary>
internal static class WaitCommand
{
    /// <summary>Until the server has written its kubeconfig there is nothing to watch.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var dataDirectory = CommandOptions.DataDirectory();
        var timeout = new Option<string>("--timeout")
        {
            Description = "Give up after this long, 90s or 2m (default 120s)",
            DefaultValueFactory = _ => "120s",
        };
        var command = new Command("wait", "Wait until a node is Ready and the kubernetes Service answers.") { dataDirectory, timeout };
        command.SetWork(async (parsed, ct) =>
        {
            var limit = CommandOptions.ParseDuration(parsed.GetValue(timeout)!);
            using var deadline = new CancellationTokenSource(limit, TimeProvider.System);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
            try
            {
                await WaitAsync(new DataLayout(parsed.GetValue(dataDirectory)!), either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new CommandException($"no node became Ready within {limit.TotalSeconds:0} s");
            }

            Console.WriteLine("the cluster is ready");
            return 0;
        });
        return command;
    }

    private static async Task WaitAsync(DataLayout layout, CancellationToken ct)
    {
        while (true)
        {
            // A kubeconfig of an earlier run may stand there before its server does; both are just tried again.
            if (InstanceRecord.Read(layout.InstanceFile)?.Kubeconfig is { } kubeconfig && File.Exists(kubeconfig))
            {
                try
                {
                    using var client = KubeClientFactory.FromKubeconfig(kubeconfig);
                    await WaitForNodeAsync(client, ct);
                    return;
                }
                catch (Exception e) when (e is HttpRequestException or KubeconfigException or Api.Errors.ApiException or IOException)
                {
                    await Task.Delay(LookAgainAfter, TimeProvider.System, ct);
                    continue;
                }
            }

            await Task.Delay(LookAgainAfter, TimeProvider.System, ct);
        }
    }

    private static async Task WaitForNodeAsync(KubeClient client, CancellationToken ct)
    {
        var nodes = await client.Of<V1Node>().ListAsync(null, null, ct);
        if (nodes.Items.Any(IsReady))
        {
            return;
        }

        var options = new ListOptions { ResourceVersion = nodes.Metadata.ResourceVersion };
        await foreach (var change in client.Of<V1Node>().WatchAsync(null, options, ct))
        {
            if (change.Object is { } node && IsReady(node))
            {
                return;
            }
        }

        throw new IOException("the watch on nodes ended");
    }

    private static bool IsReady(V1Node node) => node.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;
}
