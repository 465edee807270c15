using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Kubelet.PodWorkers;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Status;

/// <summary>
/// Sends one pod's status, at once and newest first: what was superseded while a request was under way is never sent.
/// </summary>
internal sealed partial class PodStatusPublisher(
    KubeClient client, PodIdentity pod, V1PodStatus? known, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly WakeSignal _wake = new();
    private readonly Lock _gate = new();
    private V1PodStatus? _next;
    private V1PodStatus? _sent = known;
    private bool _busy;
    private bool _gone;
    private TaskCompletionSource _idle = Done();

    /// <summary>Status as the server has it, as far as is known.</summary>
    public V1PodStatus? Sent => Volatile.Read(ref _sent);

    /// <summary>The newest status, sent or about to be.</summary>
    public V1PodStatus? Latest
    {
        get
        {
            lock (_gate)
            {
                return _next ?? _sent;
            }
        }
    }

    public void Publish(V1PodStatus status)
    {
        lock (_gate)
        {
            if (_gone || (_next is null && !_busy && PodStatusPatch.Between(_sent, status, pod.Uid) is null))
            {
                return;
            }

            _next = status;
            if (_idle.Task.IsCompleted)
            {
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _wake.Set();
    }

    /// <summary>Completes when everything published so far has arrived, or the pod is gone.</summary>
    public Task FlushAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return _idle.Task.WaitAsync(ct);
        }
    }

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            V1PodStatus? next;
            lock (_gate)
            {
                next = _next;
                _next = null;
                _busy = next is not null;
                if (next is null)
                {
                    _idle.TrySetResult();
                }
            }

            if (next is null)
            {
                await _wake.WaitAsync(null, time, ct);
                continue;
            }

            await SendAsync(next, ct);
        }
    }

    private async Task SendAsync(V1PodStatus status, CancellationToken ct)
    {
        try
        {
            if (PodStatusPatch.Between(_sent, status, pod.Uid) is { } patch)
            {
                await client.Of<V1Pod>().PatchAsync(
                    pod.Namespace, pod.Name, PatchType.StrategicMerge, patch, "status", ct);
            }

            Volatile.Write(ref _sent, status);
        }
        catch (ApiException e) when (e.Code == 404 || IsOfAnotherPod(e))
        {
            // Deleted, or another pod has the name now (the uid in the patch does not fit): nobody asks any more.
            lock (_gate)
            {
                _gone = true;
                _next = null;
            }
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or IOException)
        {
            LogFailed(pod.Namespace, pod.Name, e);
            lock (_gate)
            {
                _next ??= status;
            }

            await Task.Delay(RetryPause, time, ct);
        }
    }

    // To the API server the uid in a patch is a field, and one that no patch may change.
    private static bool IsOfAnotherPod(ApiException e) =>
        e.Is(StatusReasons.Invalid) && e.Status.Details?.Causes?.Exists(c => c.Field == "metadata.uid") == true;

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }
}
