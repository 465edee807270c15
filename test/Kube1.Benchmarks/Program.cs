using System.Globalization;
using Kube1.Benchmarks.ApiServer;
using Kube1.Benchmarks.Authorization;
using Kube1.Benchmarks.Cel;
using Kube1.Benchmarks.Cluster;
using Kube1.Benchmarks.Scheduler;
using Kube1.Benchmarks.Schemas;
using Kube1.Benchmarks.Storage;
using Kube1.Testing.Storage;

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    interrupt.Cancel();
};
switch (args)
{
    case []:
        await StoreBenchmarks.RunAsync(Console.Out, interrupt.Token);
        await SchedulingBenchmark.RunAsync(Console.Out, interrupt.Token);
        await ApiServerBenchmark.RunAsync(Console.Out, interrupt.Token);
        await ExpressionBenchmark.RunAsync(Console.Out, interrupt.Token);
        await AuthorizationBenchmark.RunAsync(Console.Out, interrupt.Token);
        await ClusterBenchmark.RunAsync(Console.Out, interrupt.Token);
        SchemaBenchmark.Run(Console.Out);
        return 0;
    case ["schemas"]:
        SchemaBenchmark.Run(Console.Out);
        return 0;
    case ["cel"]:
        await ExpressionBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["store"]:
        await StoreBenchmarks.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["scheduler"]:
        await SchedulingBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["apiserver"]:
        await ApiServerBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["apiserver", "stages"]:
        await WriteStageBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["apiserver", "audit"]:
        await AuditBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["apiserver", "watches"]:
        await WatchBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    // Not a benchmark: the other end of the one above.
    case ["apiserver-watches", string address, string watches, string events]:
        return await WatchBenchmark.HoldAsync(
            new Uri(address), int.Parse(watches, CultureInfo.InvariantCulture), int.Parse(events, CultureInfo.InvariantCulture),
            interrupt.Token);
    case ["authorization"]:
        await AuthorizationBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    case ["cluster"]:
        await ClusterBenchmark.RunAsync(Console.Out, interrupt.Token);
        return 0;
    // Not a benchmark: the victim of the crash tests, which need an executable of their own to kill.
    case ["store-crash-worker", string directory, string round]:
        return await StoreCrashWorker.RunAsync(directory, int.Parse(round, CultureInfo.InvariantCulture));
    default:
        await Console.Error.WriteLineAsync(
            "Usage: Kube1.Benchmarks [store|scheduler|apiserver|authorization|schemas|cel|cluster]");
        return 2;
}
