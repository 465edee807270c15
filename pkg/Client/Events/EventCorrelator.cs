using Kube1.Api.Models;

namespace Kube1.Client.Events;

/// <summary>An event to send: a new one, or one more of an event that the server already has.</summary>
internal sealed record CorrelatedEvent(Corev1Event Event, bool IsRepeat, string Key);

/// <summary>
/// Upstream's event correlation (client-go tools/record): events alike but for their message are folded into one after
/// ten
/// within ten minutes; equal events are counted on the first one; one source may send 25 events about an object at once
/// and one every five minutes after that. Used by one thread.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int MaxSimilar = 10;
    private const int SpamBurst = 25;

    /// <summary>Upstream's cache size: about this many objects have events at a time.</summary>
    private const int MaxEntries = 4096;

    private const string CombinedPrefix = "(combined from similar events): ";

    private static readonly TimeSpan SimilarWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SpamRefill = TimeSpan.FromMinutes(5);

    private readonly BoundedCache<Similar> _similar = new(MaxEntries);
    private readonly BoundedCache<Seen> _seen = new(MaxEntries);
    private readonly BoundedCache<Bucket> _buckets = new(MaxEntries);

    /// <summary>What to send for this event; null when it is one too many.</summary>
    public CorrelatedEvent? Correlate(Corev1Event recorded)
    {
        var key = Aggregate(recorded);
        var isRepeat = false;
        if (_seen.Get(key) is { } seen)
        {
            isRepeat = seen.Name is not null;
            recorded.Metadata.Name = seen.Name ?? recorded.Metadata.Name;
            recorded.FirstTimestamp = seen.First;
            recorded.Count = seen.Count + 1;
            _seen.Set(key, seen with { Count = seen.Count + 1 });
        }
        else
        {
            _seen.Set(key, new Seen(null, recorded.FirstTimestamp, 1));
        }

        return Allowed(recorded) ? new CorrelatedEvent(recorded, isRepeat, key) : null;
    }

    /// <summary>The server has it: repeats are patched onto this name.</summary>
    public void Created(CorrelatedEvent sent, Corev1Event created) =>
        _seen.Set(sent.Key, new Seen(created.Metadata.Name, created.FirstTimestamp, created.Count ?? 1));

    /// <summary>Folds the event when it is one of many alike; returns the key under which it is counted.</summary>
    private string Aggregate(Corev1Event recorded)
    {
        var now = time.GetUtcNow();
        var alike = AlikeKey(recorded);
        var similar = _similar.Get(alike);
        if (similar is null || now - similar.Last > SimilarWithin)
        {
            similar = new Similar();
            _similar.Set(alike, similar);
        }

        similar.Last = now;
        var message = recorded.Message ?? "";
        if (similar.Messages.Count < MaxSimilar)
        {
            similar.Messages.Add(message);
            if (similar.Messages.Count < MaxSimilar)
            {
                return alike + "\n" + message;
            }
        }

        recorded.Message = CombinedPrefix + message;
        return alike;
    }

    private bool Allowed(Corev1Event recorded)
    {
        var now = time.GetUtcNow();
        var key = SourceKey(recorded);
        var bucket = _buckets.Get(key);
        if (bucket is null)
        {
            bucket = new Bucket { Tokens = SpamBurst, At = now };
            _buckets.Set(key, bucket);
        }

        bucket.Tokens = Math.Min(SpamBurst, bucket.Tokens + ((now - bucket.At) / SpamRefill));
        bucket.At = now;
        if (bucket.Tokens < 1)
        {
            return false;
        }

        bucket.Tokens--;
        return true;
    }

    private static string SourceKey(Corev1Event e) => string.Join(
        '\n', e.Source?.Component, e.Source?.Host, e.InvolvedObject.Kind, e.InvolvedObject.Namespace,
        e.InvolvedObject.Name, e.InvolvedObject.Uid, e.InvolvedObject.ApiVersion);

    private static string AlikeKey(Corev1Event e) =>
        string.Join('\n', SourceKey(e), e.InvolvedObject.FieldPath, e.Type, e.Reason);

    private sealed record Seen(string? Name, DateTimeOffset? First, int Count);

    private sealed class Similar
    {
        public HashSet<string> Messages { get; } = [];

        public DateTimeOffset Last { get; set; }
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; }

        public DateTimeOffset At { get; set; }
    }
}
