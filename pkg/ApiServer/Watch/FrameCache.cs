using Kube1.Storage;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// The frames made of one event, which stay with the event until <see cref="FrameStore"/> takes them back. They are few,
/// and looked for one by one. Readers take no lock; only the store writes.
/// </summary>
internal sealed class FrameCache
{
    private (FrameKey Key, byte[] Frame)[] _frames = [];

    /// <summary>The frame; null when nobody has made it yet, or it was taken back.</summary>
    public byte[]? Find(in FrameKey key)
    {
        foreach (ref readonly var cached in Volatile.Read(ref _frames).AsSpan())
        {
            if (cached.Key == key)
            {
                return cached.Frame;
            }
        }

        return null;
    }

    /// <summary>The cache of an event; one writer at a time.</summary>
    public static FrameCache Of(StoreEvent change)
    {
        if (change.EncodingCache is FrameCache known)
        {
            return known;
        }

        var cache = new FrameCache();
        change.EncodingCache = cache;
        return cache;
    }

    /// <summary>Keeps a frame for other watchers; one writer at a time.</summary>
    public void Add(in FrameKey key, byte[] frame) => Volatile.Write(ref _frames, [.. _frames, (key, frame)]);

    /// <summary>Lets go of a frame; one writer at a time.</summary>
    public void Remove(byte[] frame) =>
        Volatile.Write(ref _frames, [.. _frames.Where(f => !ReferenceEquals(f.Frame, frame))]);
}
