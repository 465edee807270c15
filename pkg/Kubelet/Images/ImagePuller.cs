using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.PodWorkers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Images;

/// <summary>
/// Sees to it that a container's image is there, by its pull policy, with back-off after failures and upstream's events.
/// Source: https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
/// </summary>
internal sealed class ImagePuller(
    IPodRuntime runtime, PullSecrets secrets, ContainerEvents events, TimeProvider time, Task imported) : IDisposable
{
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);

    /// <summary>As upstream's serializeImagePulls: one at a time, so that a slow link is not shared by many.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RestartBackOff _backOff = new(InitialDelay, MaxDelay);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, (DateTimeOffset At, string Why)> _failures = new();

    public async Task<ImageAttempt> EnsureAsync(V1Pod pod, V1Container container, SandboxConfig sandbox, CancellationToken ct)
    {
        var image = container.Image ?? "";
        var name = ImageReference.WithDefaultTag(image);
        if (name is null)
        {
            var why = $"Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format";
            events.Warning(pod, container, "InspectFailed", why);
            return new ImageAttempt(null, "InvalidImageName", why);
        }

        var policy = string.IsNullOrEmpty(container.ImagePullPolicy)
            ? name.EndsWith(":latest", StringComparison.Ordinal) ? "Always" : "IfNotPresent"
            : container.ImagePullPolicy;
        await imported.WaitAsync(ct);
        var present = await InspectAsync(pod, container, name, ct);
        if (present is { Inspected: false })
        {
            return new ImageAttempt(null, "ImageInspectError", present.Message);
        }

        if (present.Image is not null && policy != "Always")
        {
            events.Normal(pod, container, "Pulled",
                $"Container image \"{image}\" already present on machine and can be accessed by the pod");
            return new ImageAttempt(present.Image, "", "");
        }

        if (policy == "Never")
        {
            var why = $"Container image \"{image}\" is not present with pull policy of Never";
            events.Warning(pod, container, "ErrImageNeverPull", why);
            return new ImageAttempt(null, "ErrImageNeverPull", why);
        }

        return await PullAsync(pod, container, name, sandbox, ct);
    }

    private async Task<(RuntimeImage? Image, bool Inspected, string Message)> InspectAsync(
        V1Pod pod, V1Container container, string name, CancellationToken ct)
    {
        try
        {
            return (await runtime.ImageStatusAsync(name, ct), true, "");
        }
        catch (RuntimeException e)
        {
            var why = $"Failed to inspect image \"{container.Image}\": {e.RpcText}";
            events.Warning(pod, container, "InspectFailed", why);
            return (null, false, why);
        }
    }

    private async Task<ImageAttempt> PullAsync(
        V1Pod pod, V1Container container, string name, SandboxConfig sandbox, CancellationToken ct)
    {
        var key = $"{pod.Metadata.Uid}_{name}";
        if (_failures.TryGetValue(key, out var failure)
            && _backOff.Remaining(key, failure.At, time.GetUtcNow()) is { Ticks: > 0 } left)
        {
            var message = $"Back-off pulling image \"{container.Image}\"";
            events.Normal(pod, container, "BackOff", message);
            events.Warning(pod, container, "Failed", "Error: ImagePullBackOff");
            return new ImageAttempt(null, "ImagePullBackOff", $"{message}: ErrImagePull: {failure.Why}") { RetryAfter = left };
        }

        events.Normal(pod, container, "Pulling", $"Pulling image \"{container.Image}\"");
        var asked = time.GetTimestamp();
        var began = asked;
        try
        {
            RuntimeImage? image;
            await _turn.WaitAsync(ct);
            try
            {
                began = time.GetTimestamp();
                var reference = await PullWithSecretsAsync(pod, name, sandbox, ct);
                image = await runtime.ImageStatusAsync(reference, ct) ?? await runtime.ImageStatusAsync(name, ct);
            }
            finally
            {
                _turn.Release();
            }

            _backOff.Reset(key);
            _failures.TryRemove(key, out _);
            events.Normal(pod, container, "Pulled",
                $"Successfully pulled image \"{container.Image}\" in {Took(began)} ({Took(asked)} including waiting). "
                + $"Image size: {image?.SizeBytes ?? 0} bytes.");
            return image is not null
                ? new ImageAttempt(image, "", "")
                : new ImageAttempt(null, "ErrImagePull", $"image \"{name}\" is missing after it was pulled");
        }
        catch (RuntimeException e)
        {
            var now = time.GetUtcNow();
            _backOff.Next(key, now, now);
            _failures[key] = (now, e.RpcText);
            events.Warning(pod, container, "Failed", $"Failed to pull image \"{container.Image}\": {e.RpcText}");
            events.Warning(pod, container, "Failed", "Error: ErrImagePull");
            return new ImageAttempt(null, "ErrImagePull", e.RpcText) { RetryAfter = _backOff.Delay(key) };
        }
    }

    /// <summary>Each fitting credential is tried before the pull fails, as upstream does.</summary>
    private async Task<string> PullWithSecretsAsync(V1Pod pod, string name, SandboxConfig sandbox, CancellationToken ct)
    {
        var auths = await secrets.ForAsync(pod, name, ct);
        for (var i = 0; i < auths.Count - 1; i++)
        {
            try
            {
                return await runtime.PullImageAsync(name, auths[i], sandbox, ct);
            }
            catch (RuntimeException)
            {
                // The next credential may do; the last one's failure is reported.
            }
        }

        return await runtime.PullImageAsync(name, auths.Count > 0 ? auths[^1] : null, sandbox, ct);
    }

    public void Dispose() => _turn.Dispose();

    private string Took(long since) =>
        GoDuration.Format(TimeSpan.FromMilliseconds(Math.Round(time.GetElapsedTime(since).TotalMilliseconds)));
}
