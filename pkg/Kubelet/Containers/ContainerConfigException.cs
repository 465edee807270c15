namespace Kube1.Kubelet.Containers;

/// <summary>
/// What a container asks for cannot be had now; it waits with this reason and message and is tried again.
/// </summary>
internal sealed class ContainerConfigException(
    string message, string reason = ContainerConfigException.CreateContainerConfigError, Exception? inner = null)
    : Exception(message, inner)
{
    public const string CreateContainerConfigError = "CreateContainerConfigError";
    public const string CreateContainerError = "CreateContainerError";
    public const string RunContainerError = "RunContainerError";

    /// <summary>The waiting reason that pod status shows.</summary>
    public string Reason { get; } = reason;
}
