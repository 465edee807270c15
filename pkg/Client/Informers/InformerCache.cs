using Kube1.Api.Models;
using Kube1.Client.Controllers;

namespace Kube1.Client.Informers;

/// <summary>The objects of an informer by key, with indices. All members are safe for use by many threads.</summary>
internal sealed class InformerCache<T>
    where T : class, IKubernetesKind
{
    private const string NamespaceIndex = "namespace";

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indices = [];
    private T[]? _all;

    public InformerCache() => _indices[NamespaceIndex] = new Index(static obj => [obj.Metadata.Namespace ?? ""]);

    /// <summary>Held by a caller that must see no change between two reads.</summary>
    public Lock Sync => _lock;

    public T? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    public T[] All()
    {
        lock (_lock)
        {
            return _all ??= [.. _objects.Values];
        }
    }

    public T[] InNamespace(string ns) => ByIndex(NamespaceIndex, ns);

    public T[] ByIndex(string name, string key)
    {
        lock (_lock)
        {
            return !_indices.TryGetValue(name, out var index)
                ? throw new ArgumentException($"the informer of {typeof(T).Name} has no index \"{name}\"", nameof(name))
                : index.Buckets.TryGetValue(key, out var bucket) ? [.. bucket.Values] : [];
        }
    }

    public void AddIndex(string name, Func<T, IEnumerable<string>> keysOf)
    {
        lock (_lock)
        {
            var index = new Index(keysOf);
            foreach (var (key, obj) in _objects)
            {
                index.Add(key, obj);
            }

            // Informers are shared: two controllers may each bring the same index.
            _indices.TryAdd(name, index);
        }
    }

    /// <summary>Stores the object and returns the one that it replaces.</summary>
    public T? Set(ObjectKey key, T obj)
    {
        lock (_lock)
        {
            _objects.Remove(key, out var old);
            _objects[key] = obj;
            _all = null;
            foreach (var index in _indices.Values)
            {
                if (old is not null)
                {
                    index.Remove(key, old);
                }

                index.Add(key, obj);
            }

            return old;
        }
    }

    /// <summary>Removes the object and returns it.</summary>
    public T? Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (!_objects.Remove(key, out var old))
            {
                return null;
            }

            _all = null;
            foreach (var index in _indices.Values)
            {
                index.Remove(key, old);
            }

            return old;
        }
    }

    public ObjectKey[] Keys()
    {
        lock (_lock)
        {
            return [.. _objects.Keys];
        }
    }

    private sealed class Index(Func<T, IEnumerable<string>> keysOf)
    {
        public Dictionary<string, Dictionary<ObjectKey, T>> Buckets { get; } = [];

        public void Add(ObjectKey key, T obj)
        {
            foreach (var name in keysOf(obj))
            {
                if (!Buckets.TryGetValue(name, out var bucket))
                {
                    Buckets[name] = bucket = [];
                }

                bucket[key] = obj;
            }
        }

        public void Remove(ObjectKey key, T obj)
        {
            foreach (var name in keysOf(obj))
            {
                if (Buckets.TryGetValue(name, out var bucket) && bucket.Remove(key) && bucket.Count == 0)
                {
                    Buckets.Remove(name);
                }
            }
        }
    }
}
