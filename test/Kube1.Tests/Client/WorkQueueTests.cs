using Kube1.Api.Errors;
using Kube1.Client.Controllers;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Client;

internal sealed class WorkQueueTests
{
    private readonly ManualTime _time = new();

    [Test]
    public async Task Add_Twice_IsTakenOnce()
    {
        var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");
        queue.Add("b");
        Assert.That(await queue.TakeAsync(default), Is.EqualTo("a"));
        Assert.That(await queue.TakeAsync(default), Is.EqualTo("b"));
        Assert.That(queue.Count, Is.Zero);
    }

    [Test]
    public async Task Add_WhileRunning_RunsOnceMoreAfterwards()
    {
        var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        await queue.TakeAsync(default);
        queue.Add("a");
        queue.Add("a");
        var next = queue.TakeAsync(default);
        Assert.That(next.IsCompleted, Is.False);
        queue.Done("a");
        Assert.That(await next, Is.EqualTo("a"));
        queue.Done("a");
        Assert.That(queue.IsIdle, Is.True);
    }

    [Test]
    public async Task AddAfter_SeveralDelays_TheShortestCounts()
    {
        var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(2));
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.That(queue.Count, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(queue.Count, Is.EqualTo(1));
        Assert.That(await queue.TakeAsync(default), Is.EqualTo("a"));
        queue.Done("a");
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(queue.Count, Is.Zero);
    }

    [Test]
    public async Task AddRateLimited_Repeated_DoublesUntilForgotten()
    {
        var queue = new WorkQueue<string>(_time);
        var delays = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            delays.Add(await MeasureAsync(queue));
        }

        Assert.That(delays.Take(4), Is.EqualTo(new double[] { 5, 10, 20, 40 }));
        Assert.That(delays[^1], Is.EqualTo(1_000_000));
        queue.Forget("a");
        Assert.That(await MeasureAsync(queue), Is.EqualTo(5));
    }

    [Test]
    public async Task Loop_SyncFailsThenSucceeds_RetriesAndForgets()
    {
        var queue = new WorkQueue<string>(_time);
        using var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource();
        var calls = 0;
        var loop = new ControllerLoop<string>(
            "test", queue,
            (_, _) =>
            {
                if (++calls == 1)
                {
                    throw ApiErrors.ServiceUnavailable("later");
                }

                done.SetResult();
                return Task.FromResult(SyncResult.Done);
            },
            2, _time, NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);
        queue.Add("a");
        while (!done.Task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Yield();
        }

        while (!queue.IsIdle)
        {
            await Task.Yield();
        }

        Assert.That(queue.Failures("a"), Is.Zero);
        await stop.CancelAsync();
        await running;
    }

    [Test]
    public void Expectations_CreatedAndDeleted_AreMetOneByOne()
    {
        var tracker = new ExpectationTracker(_time);
        var key = new ObjectKey("ns", "rs");
        Assert.That(tracker.Satisfied(key), Is.True);
        tracker.ExpectCreations(key, 2);
        tracker.CreationObserved(key);
        Assert.That(tracker.Satisfied(key), Is.False);
        tracker.CreationObserved(key);
        Assert.That(tracker.Satisfied(key), Is.True);
        tracker.ExpectDeletions(key, ["u1", "u2"]);
        tracker.DeletionObserved(key, "u1");
        tracker.DeletionObserved(key, "u1");
        Assert.That(tracker.Satisfied(key), Is.False);
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.That(tracker.Satisfied(key), Is.True);
    }

    private async Task<double> MeasureAsync(WorkQueue<string> queue)
    {
        var start = _time.GetUtcNow();
        queue.AddRateLimited("a");
        while (queue.Count == 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }

        var key = await queue.TakeAsync(default);
        queue.Done(key);
        return (_time.GetUtcNow() - start).TotalMilliseconds;
    }
}
