using Kube1.Api.Models;
using Kube1.Client.Events;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Client;

internal sealed class EventRecorderTests
{
    private readonly ManualTime _time = new();

    [Test]
    public async Task Normal_Repeated_PatchesCountOnOneEvent()
    {
        using var api = new FakeApi();
        using var client = api.Client();
        using var stop = new CancellationTokenSource();
        var recorder = new EventRecorder(client, "tester", "node1", _time, NullLogger.Instance);
        var running = recorder.RunAsync(stop.Token);
        for (var i = 0; i < 3; i++)
        {
            recorder.Normal(Pod(), "Started", "Started it");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        recorder.Warning(Pod(), "Failed", "Other");
        await api.WaitAsync(() => api.All<Corev1Event>() is [_, _] all && all.Any(e => e.Count == 3), "two events, one counted");
        var started = api.All<Corev1Event>().Single(e => e.Reason == "Started");
        Assert.That(started.Type, Is.EqualTo("Normal"));
        Assert.That(started.InvolvedObject.Uid, Is.EqualTo("u1"));
        Assert.That(started.Source!.Host, Is.EqualTo("node1"));
        Assert.That(started.LastTimestamp - started.FirstTimestamp, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(started.Metadata.Name, Does.StartWith("web."));
        await stop.CancelAsync();
        await running;
    }

    [Test]
    public void Correlate_Flood_AllowsBurstThenOnePerFiveMinutes()
    {
        var correlator = new EventCorrelator(_time);
        Assert.That(Enumerable.Range(0, 40).Count(_ => correlator.Correlate(Event("same")) is not null), Is.EqualTo(25));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(Enumerable.Range(0, 5).Count(_ => correlator.Correlate(Event("same")) is not null), Is.EqualTo(1));
    }

    [Test]
    public void Correlate_ManySimilarMessages_AreCombined()
    {
        var correlator = new EventCorrelator(_time);
        var messages = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var outcome = correlator.Correlate(Event("message " + i))!;
            outcome.Event.Metadata.Name ??= "e" + i;
            if (!outcome.IsRepeat)
            {
                correlator.Created(outcome, outcome.Event);
            }

            messages.Add(outcome.Event.Message!);
        }

        Assert.That(messages.Take(9), Has.None.StartsWith("(combined"));
        Assert.That(messages.Skip(9), Has.All.StartsWith("(combined from similar events): message "));
    }

    private static V1Pod Pod() => new() { Metadata = new V1ObjectMeta { Name = "web", Namespace = "default", Uid = "u1" } };

    private Corev1Event Event(string message) => new()
    {
        InvolvedObject = new V1ObjectReference { Kind = "Pod", Name = "web", Namespace = "default", Uid = "u1" },
        Source = new V1EventSource { Component = "tester" },
        Type = "Normal",
        Reason = "Started",
        Message = message,
        Count = 1,
        FirstTimestamp = _time.GetUtcNow(),
        LastTimestamp = _time.GetUtcNow(),
    };
}
