using System.Globalization;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Logs;
using Kube1.Kubelet.Status;

namespace Kube1.Kubelet.PodWorkers;

/// <summary>
/// What an ended container left to say: its termination file, or the end of its log.
/// Source: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
/// </summary>
internal static class TerminationMessages
{
    private const int MaxFileBytes = 4096;
    private const int MaxLogBytes = 2048;
    private const int MaxLogLines = 80;

    public static string? Read(PodServices services, V1Pod pod, PodContainer container)
    {
        var folder = services.Folders.Container(pod.Metadata.Uid!, container.Name);
        var path = Path.Combine(folder, container.Status.Metadata.Attempt.ToString(CultureInfo.InvariantCulture));
        var text = ReadEnd(path, MaxFileBytes);
        if (text.Length > 0)
        {
            return ContainerStatusCalculator.Tail(text, MaxFileBytes);
        }

        var policy = container.Status.Annotations.GetValueOrDefault(PodKeys.TerminationMessagePolicy);
        if (policy != "FallbackToLogsOnError" || container.Status.ExitCode == 0)
        {
            return null;
        }

        var log = ReadEnd(container.Status.LogPath, MaxLogBytes * 8);
        return CriLogLine.Messages(log, MaxLogLines, MaxLogBytes) is { Length: > 0 } tail ? tail : null;
    }

    private static byte[] ReadEnd(string path, int maxBytes)
    {
        if (path.Length == 0 || !File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = (int)Math.Min(file.Length, maxBytes);
        file.Seek(-length, SeekOrigin.End);
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
