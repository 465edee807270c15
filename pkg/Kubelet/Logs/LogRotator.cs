using System.Globalization;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Logs;

/// <summary>
/// Keeps each container's log within its bounds: a full file is renamed and the runtime opens a new one.
/// Source: https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-rotation
/// </summary>
internal sealed partial class LogRotator(
    KubeletOptions options, IPodRuntime runtime, PodWorkerSet workers, TimeProvider time, ILogger logger)
{
    /// <summary>Upstream's containerLogMonitorInterval.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Period, time, ct);
            foreach (var container in workers.All.SelectMany(w => w.State.Running).ToList())
            {
                try
                {
                    await RotateAsync(container, ct);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or RuntimeException)
                {
                    LogFailed(container.Status.LogPath, e);
                }
            }
        }
    }

    private async Task RotateAsync(PodContainer container, CancellationToken ct)
    {
        var path = container.Status.LogPath;
        if (path.Length == 0 || !File.Exists(path) || new FileInfo(path).Length < options.ContainerLogMaxBytes)
        {
            return;
        }

        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var rotated = $"{path}.{stamp}";
        File.Move(path, rotated);
        try
        {
            await runtime.ReopenContainerLogAsync(container.Id, ct);
        }
        catch (RuntimeException)
        {
            // The runtime still writes to the old file: it goes back under its name, or readers would see nothing.
            File.Move(rotated, path, overwrite: false);
            throw;
        }

        var folder = Path.GetDirectoryName(path)!;
        var old = Directory.GetFiles(folder, Path.GetFileName(path) + ".*").Order(StringComparer.Ordinal).ToList();
        foreach (var file in old.Take(Math.Max(0, old.Count - (options.ContainerLogMaxFiles - 1))))
        {
            File.Delete(file);
        }
    }
}
