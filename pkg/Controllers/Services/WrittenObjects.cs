using System.Globalization;
using Kube1.Api.Models;
using Kube1.Client.Controllers;

namespace Kube1.Controllers.Services;

/// <summary>
/// What a controller wrote for each of its keys. Until the cache shows it, planning from the cache would do the same
/// work
/// again and make doubles; so a sync asks first whether the cache has caught up.
/// </summary>
internal sealed class WrittenObjects(TimeProvider time)
{
    /// <summary>An object that was deleted by someone in the same instant is never seen: waiting must end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Writes> _writes = [];

    /// <summary>The server has stored this object for the owner.</summary>
    public void Wrote(ObjectKey owner, IKubernetesObject obj) => Note(owner, obj, Revision(obj));

    /// <summary>The server has deleted this object of the owner.</summary>
    public void Deleted(ObjectKey owner, IKubernetesObject obj) => Note(owner, obj, long.MaxValue);

    /// <summary>Whether the cached objects of the owner are not older than what was written.</summary>
    public bool AreSeenIn(ObjectKey owner, IEnumerable<IKubernetesObject> cached)
    {
        lock (_lock)
        {
            if (!_writes.TryGetValue(owner, out var written) || time.GetElapsedTime(written.Last) > Patience)
            {
                _writes.Remove(owner);
                return true;
            }

            var present = cached.ToDictionary(o => o.Metadata.Uid!, Revision);
            foreach (var (uid, revision) in written.Revisions)
            {
                var seen = revision == long.MaxValue
                    ? !present.ContainsKey(uid)
                    : present.TryGetValue(uid, out var has) && has >= revision;
                if (!seen)
                {
                    return false;
                }
            }

            _writes.Remove(owner);
            return true;
        }
    }

    /// <summary>
    /// How long to wait for the cache before asking again; the event of what is missing usually comes first.
    /// </summary>
    public static TimeSpan Pause => TimeSpan.FromSeconds(1);

    /// <summary>Someone else deleted this object: the cache will never show it.</summary>
    public void Vanished(ObjectKey owner, IKubernetesObject obj)
    {
        lock (_lock)
        {
            _writes.GetValueOrDefault(owner)?.Revisions.Remove(obj.Metadata.Uid!);
        }
    }

    public void Forget(ObjectKey owner)
    {
        lock (_lock)
        {
            _writes.Remove(owner);
        }
    }

    private void Note(ObjectKey owner, IKubernetesObject obj, long revision)
    {
        lock (_lock)
        {
            if (!_writes.TryGetValue(owner, out var written))
            {
                _writes[owner] = written = new Writes();
            }

            written.Revisions[obj.Metadata.Uid!] = revision;
            written.Last = time.GetTimestamp();
        }
    }

    // Since v1.35 clients may compare resource versions as numbers (KEP-5504).
    private static long Revision(IKubernetesObject obj) =>
        long.TryParse(obj.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var r) ? r : 0;

    private sealed class Writes
    {
        public Dictionary<string, long> Revisions { get; } = [];

        public long Last { get; set; }
    }
}
