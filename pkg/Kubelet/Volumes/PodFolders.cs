using System.Globalization;

namespace Kube1.Kubelet.Volumes;

/// <summary>Where a pod's files lie on the node; the layout is upstream's, because CSI drivers and operators know it.</summary>
internal sealed class PodFolders(string root)
{
    public string Pods => Path.Combine(root, "pods");

    public string Of(string uid) => Path.Combine(Pods, uid);

    public string Volume(string uid, string plugin, string volume) =>
        Path.Combine(Of(uid), "volumes", "kubernetes.io~" + plugin, volume);

    /// <summary>Written when an emptyDir is complete, so that one half made is not taken for ready.</summary>
    public string Ready(string uid, string volume) =>
        Path.Combine(Of(uid), "plugins", "kubernetes.io~empty-dir", volume, "ready");

    public string SubPath(string uid, string volume, string container, int index) => Path.Combine(
        Of(uid), "volume-subpaths", volume, container, index.ToString(CultureInfo.InvariantCulture));

    public string EtcHosts(string uid) => Path.Combine(Of(uid), "etc-hosts");

    public string Container(string uid, string container) => Path.Combine(Of(uid), "containers", container);
}
