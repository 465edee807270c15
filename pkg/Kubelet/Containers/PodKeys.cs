using System.Globalization;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Containers;

/// <summary>
/// Labels and annotations on sandboxes and containers. The names are upstream's, so that tools such as crictl show
/// pods, and they are all that a restarted kubelet needs to recognise what runs.
/// </summary>
internal static class PodKeys
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";
    public const string ContainerHash = "io.kubernetes.container.hash";
    public const string RestartCount = "io.kubernetes.container.restartCount";
    public const string TerminationMessagePath = "io.kubernetes.container.terminationMessagePath";
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
    public const string TerminationGracePeriod = "io.kubernetes.pod.terminationGracePeriod";

    /// <summary>"name_namespace(uid)", as upstream's messages write a pod.</summary>
    public static string Describe(V1Pod pod) =>
        $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";

    /// <summary>The folder of the pod's logs.</summary>
    public static string LogDirectory(string logsDirectory, string ns, string name, string uid) =>
        Path.Combine(logsDirectory, $"{ns}_{name}_{uid}");

    /// <summary>A container's log, relative to the pod's log folder.</summary>
    public static string LogPath(string container, int attempt) =>
        Path.Combine(container, attempt.ToString(CultureInfo.InvariantCulture) + ".log");
}
