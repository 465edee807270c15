using Kube1.ApiServer.Http;
using Kube1.Storage;

namespace Kube1.ApiServer.Watch;

/// <summary>
/// Keeps the frames that watchers share, within a bound for the whole server: the history of a resource is long, but
/// watchers that keep up read only its end, so the oldest frames go first. A slow watcher makes its own again.
/// </summary>
internal sealed class FrameStore(int maxSizeBytes = FrameStore.DefaultMaxSizeBytes)
{
    /// <summary>A second of thousands of changed pods; little beside the objects themselves.</summary>
    public const int DefaultMaxSizeBytes = 8 * 1024 * 1024;

    /// <summary>About what keeping a frame costs beside its bytes.</summary>
    private const int OverheadSizeBytes = 128;

    private readonly Lock _gate = new();
    private readonly Queue<(FrameCache Cache, byte[] Frame)> _objects = [];

    // Tables live no longer than the second that their ages are of, and never push out what everybody else shares.
    private readonly Queue<(FrameCache Cache, byte[] Frame)> _tables = [];
    private long _objectSizeBytes;
    private long _tableSizeBytes;
    private long _tableSeconds;

    /// <summary>What all kept frames take.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate)
            {
                return _objectSizeBytes + _tableSizeBytes;
            }
        }
    }

    /// <summary>A frame of an event; null when it has to be made.</summary>
    public static byte[]? Find(StoreEvent change, in FrameKey key) => (change.EncodingCache as FrameCache)?.Find(key);

    /// <summary>Keeps a frame for other watchers. Two may make the same one at once, and either will do.</summary>
    public void Add(StoreEvent change, in FrameKey key, byte[] frame)
    {
        lock (_gate)
        {
            var cache = FrameCache.Of(change);
            if (key.Shape != Shape.Table)
            {
                Keep(_objects, ref _objectSizeBytes, maxSizeBytes, cache, key, frame);
                return;
            }

            if (key.UnixSeconds != _tableSeconds)
            {
                _tableSeconds = key.UnixSeconds;
                Trim(_tables, ref _tableSizeBytes, 0);
            }

            Keep(_tables, ref _tableSizeBytes, maxSizeBytes / 4, cache, key, frame);
        }
    }

    private static void Keep(
        Queue<(FrameCache Cache, byte[] Frame)> queue, ref long sizeBytes, int maxSizeBytes, FrameCache cache,
        in FrameKey key, byte[] frame)
    {
        cache.Add(key, frame);
        queue.Enqueue((cache, frame));
        sizeBytes += frame.Length + OverheadSizeBytes;
        Trim(queue, ref sizeBytes, maxSizeBytes);
    }

    private static void Trim(Queue<(FrameCache Cache, byte[] Frame)> queue, ref long sizeBytes, int maxSizeBytes)
    {
        while (sizeBytes > maxSizeBytes)
        {
            var (cache, frame) = queue.Dequeue();
            cache.Remove(frame);
            sizeBytes -= frame.Length + OverheadSizeBytes;
        }
    }
}
