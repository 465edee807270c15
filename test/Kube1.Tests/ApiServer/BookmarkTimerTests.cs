using Kube1.ApiServer.Watch;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>When a watch's client is told how far it has come.</summary>
public sealed class BookmarkTimerTests
{
    [TestCase(30, 28)]
    [TestCase(600, 60)]
    [TestCase(61, 59)]
    [TestCase(1, 60)]
    public void Due_AfterAMinuteOrShortlyBeforeTheEnd(int watchSeconds, int dueSeconds)
    {
        var time = new ManualTime();
        using var timer = new BookmarkTimer(
            time, time.GetUtcNow() + TimeSpan.FromSeconds(watchSeconds), CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(dueSeconds - 1));
        var early = timer.IsDue;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(early, Is.False);
        Assert.That(timer.IsDue, Is.True);
    }

    [Test]
    public void Renew_LastOneIsOut_NoneComesBeforeTheEnd()
    {
        var time = new ManualTime();
        using var timer = new BookmarkTimer(time, time.GetUtcNow() + TimeSpan.FromSeconds(30), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(28));

        timer.Renew();
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.That(timer.IsDue, Is.False);
    }
}
