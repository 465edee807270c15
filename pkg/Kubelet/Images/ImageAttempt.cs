using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Images;

/// <summary>An image that is there, or the reason why a container cannot have it now.</summary>
internal sealed record ImageAttempt(RuntimeImage? Image, string Reason, string Message)
{
    /// <summary>How long until it makes sense to try again; zero for at once.</summary>
    public TimeSpan RetryAfter { get; init; }
}
