using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client.Http;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Events;

/// <summary>
/// Reports what happened to objects, as core/v1 Events. Recording never waits and never fails: events queue up, repeats
/// become a count on the first one, floods are thinned out (<see cref="EventCorrelator"/>), and what the server refuses
/// is logged and dropped.
/// </summary>
public sealed partial class EventRecorder(
    KubeClient client, string component, string? host, TimeProvider time, ILogger logger)
{
    /// <summary>Upstream's queue length: when it is full, the newest event is dropped.</summary>
    private const int MaxPending = 1000;

    /// <summary>Upstream's maxTriesPerEvent and its pause.</summary>
    private const int MaxTries = 12;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly EventCorrelator _correlator = new(time);
    private long _lastNameNanoseconds;

    private readonly Channel<Corev1Event> _pending = Channel.CreateBounded<Corev1Event>(
        new BoundedChannelOptions(MaxPending) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Something that is meant to happen.</summary>
    public void Normal(IKubernetesObject about, string reason, string message) => Record(about, "Normal", reason, message);

    /// <summary>Something that someone should look at.</summary>
    public void Warning(IKubernetesObject about, string reason, string message) =>
        Record(about, "Warning", reason, message);

    /// <summary>
    /// An event about a part of an object: <paramref name="about"/> has a fieldPath ("spec.containers{app}").
    /// </summary>
    public void Record(V1ObjectReference about, string type, string reason, string message)
    {
        var now = time.GetUtcNow();
        var recorded = new Corev1Event
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{about.Name}.{NextNanoseconds(now):x}",
                Namespace = string.IsNullOrEmpty(about.Namespace) ? "default" : about.Namespace,
            },
            InvolvedObject = about,
            Reason = reason,
            Message = message,
            Type = type,
            Source = new V1EventSource { Component = component, Host = host },
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
            ReportingComponent = component,
            ReportingInstance = host ?? "",
        };
        if (!_pending.Writer.TryWrite(recorded))
        {
            LogQueueFull(about.Kind ?? "", about.Name ?? "", reason);
        }
    }

    /// <summary>Sends what is recorded, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var recorded in _pending.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                if (_correlator.Correlate(recorded) is { } outcome)
                {
                    await SendAsync(outcome, ct).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void Record(IKubernetesObject about, string type, string reason, string message) => Record(
        new V1ObjectReference
        {
            Kind = about.Kind,
            ApiVersion = about.ApiVersion,
            Name = about.Metadata.Name,
            Namespace = about.Metadata.Namespace,
            Uid = about.Metadata.Uid,
            ResourceVersion = about.Metadata.ResourceVersion,
        },
        type, reason, message);

    private async Task SendAsync(CorrelatedEvent outcome, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await SendOnceAsync(outcome, ct).ConfigureAwait(false);
                return;
            }
            catch (ApiException e)
            {
                // The server has decided (the namespace is being deleted, the event is invalid): trying again changes
                // nothing.
                LogRefused(outcome.Event.InvolvedObject.Name ?? "", outcome.Event.Reason ?? "", e.Message);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException)
            {
                if (attempt == MaxTries)
                {
                    LogGivenUp(outcome.Event.InvolvedObject.Name ?? "", outcome.Event.Reason ?? "", e.Message);
                    return;
                }

                await Task.Delay(RetryPause, time, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task SendOnceAsync(CorrelatedEvent outcome, CancellationToken ct)
    {
        var events = client.Of<Corev1Event>();
        var toSend = outcome.Event;
        if (outcome.IsRepeat)
        {
            var patch = new JsonObject
            {
                ["count"] = toSend.Count,
                ["lastTimestamp"] = KubeJson.ToJson(toSend)["lastTimestamp"]!.DeepClone(),
                ["message"] = toSend.Message,
            };
            try
            {
                await events.PatchAsync(
                    toSend.Metadata.Namespace, toSend.Metadata.Name!, PatchType.StrategicMerge,
                    JsonTrees.Serialize(patch), null, ct).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Is(StatusReasons.NotFound))
            {
                // Events expire on the server; the next repeat starts a new one.
            }
        }

        toSend.Metadata.ResourceVersion = null;
        var created = await events.CreateAsync(toSend, ct).ConfigureAwait(false);
        _correlator.Created(outcome, created);
    }

    // Upstream names an event by the object and the clock's nanoseconds; two events in one tick must still differ.
    private long NextNanoseconds(DateTimeOffset now)
    {
        var wanted = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        while (true)
        {
            var last = Interlocked.Read(ref _lastNameNanoseconds);
            var next = Math.Max(wanted, last + 1);
            if (Interlocked.CompareExchange(ref _lastNameNanoseconds, next, last) == last)
            {
                return next;
            }
        }
    }
}
