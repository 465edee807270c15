using System.Threading.Channels;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Microsoft.Extensions.Logging;

namespace Kube1.Kubelet.Volumes;

/// <summary>Reference-counted watches of single objects of one kind.</summary>
internal sealed partial class ObjectWatchSet<T>(
    KubeClient client, TimeProvider time, Func<T, bool> isImmutable, ILogger logger)
    where T : class, IKubernetesKind
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string Name), Entry> _entries = [];
    private readonly Channel<Entry> _started = Channel.CreateUnbounded<Entry>();

    public void Register(string uid, string ns, HashSet<string> names, Action changed)
    {
        lock (_gate)
        {
            foreach (var name in names)
            {
                if (!_entries.TryGetValue((ns, name), out var entry))
                {
                    _entries[(ns, name)] = entry = new Entry(ns, name);
                    _started.Writer.TryWrite(entry);
                }

                entry.Users[uid] = changed;
            }
        }
    }

    public void Unregister(string uid)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _entries.Where(p => p.Value.Users.ContainsKey(uid)).ToList())
            {
                entry.Users.Remove(uid);
                if (entry.Users.Count == 0)
                {
                    _entries.Remove(key);
                    entry.Stop.Cancel();
                }
            }
        }
    }

    /// <summary>From the watch when it has the object; else the server is asked, so that nothing new is missed.</summary>
    public async ValueTask<T?> GetAsync(string ns, string name, CancellationToken ct)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((ns, name), out var entry) && entry.Value is { } value)
            {
                return value;
            }
        }

        return await client.Of<T>().GetAsync(ns, name, ct);
    }

    /// <summary>Runs the watches until cancelled; all have ended when this returns.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var running = new List<Task>();
        try
        {
            await foreach (var entry in _started.Reader.ReadAllAsync(ct))
            {
                running.RemoveAll(t => t.IsCompleted);
                running.Add(WatchAsync(entry, ct));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task WatchAsync(Entry entry, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, entry.Stop.Token);
        var selector = new ListOptions { FieldSelector = "metadata.name=" + entry.Name };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(entry, selector, stop.Token);
                if (entry.Value is { } value && isImmutable(value))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.Code == 410)
            {
                // The watch fell behind: list anew.
            }
            catch (Exception e)
            {
                LogBroken(entry.Namespace, entry.Name, e);
                try
                {
                    await Task.Delay(RetryPause, time, stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task FollowAsync(Entry entry, ListOptions selector, CancellationToken ct)
    {
        var list = await client.Of<T>().ListAsync(entry.Namespace, selector, ct);
        Set(entry, list.Items.Count > 0 ? list.Items[0] : null);
        if (entry.Value is { } value && isImmutable(value))
        {
            return;
        }

        var since = selector with { ResourceVersion = list.Metadata.ResourceVersion, AllowWatchBookmarks = true };
        await foreach (var change in client.Of<T>().WatchAsync(entry.Namespace, since, ct))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified)
            {
                Set(entry, change.Object);
            }
            else if (change.Type == WatchEventType.Deleted)
            {
                Set(entry, null);
            }
        }
    }

    private void Set(Entry entry, T? value)
    {
        List<Action> users;
        lock (_gate)
        {
            if (entry.Value?.Metadata.ResourceVersion == value?.Metadata.ResourceVersion && (entry.Value is null) == (value is null))
            {
                return;
            }

            entry.Value = value;
            users = [.. entry.Users.Values];
        }

        foreach (var changed in users)
        {
            changed();
        }
    }

    private sealed class Entry(string ns, string name)
    {
        public string Namespace { get; } = ns;

        public string Name { get; } = name;

        public Dictionary<string, Action> Users { get; } = new(StringComparer.Ordinal);

        public CancellationTokenSource Stop { get; } = new();

        public T? Value { get; set; }
    }
}
