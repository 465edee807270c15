namespace Kube1.Kubelet.Volumes;

/// <summary>A volume cannot be set up now: the pod waits, an event tells why, and it is tried again.</summary>
internal sealed class VolumeException(string volume, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Volume { get; } = volume;
}
