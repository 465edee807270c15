using Kube1.Api.Models;
using Kube1.Client.Controllers;
using Microsoft.Extensions.Logging;

namespace Kube1.Client.Informers;

/// <summary>
/// A cache of one kind that a watch keeps current. Handlers run one after the other, in the order of the changes, on
/// one
/// dispatcher; they must only enqueue. Objects are shared with everyone: clone before changing (<see
/// cref="KubeJson.Clone"/>).
/// </summary>
public sealed class Informer<T> : IInformer
    where T : class, IKubernetesKind
{
    private readonly InformerCache<T> _cache = new();
    private readonly InformerDispatcher<T> _dispatcher;
    private readonly Reflector<T> _reflector;

    internal Informer(
        ResourceClient<T> client, string? ns, string? labelSelector, string? fieldSelector, TimeProvider time, ILogger logger)
    {
        _dispatcher = new InformerDispatcher<T>(_cache, logger);
        var selection = new ListOptions { LabelSelector = labelSelector, FieldSelector = fieldSelector };
        _reflector = new Reflector<T>(client, ns, selection, _cache, _dispatcher, time, logger);
    }

    /// <summary>Whether the cache has been filled and the handlers have seen what it was filled with.</summary>
    public bool HasSynced => _dispatcher.Synced.IsCompletedSuccessfully;

    /// <summary>
    /// The object of this name; null when there is none. Cluster-scoped objects have a null or empty namespace.
    /// </summary>
    public T? Get(string? ns, string name) => _cache.Get(new ObjectKey(ns ?? "", name));

    /// <summary>All objects, in no order.</summary>
    public IReadOnlyCollection<T> List() => _cache.All();

    /// <summary>The objects of a namespace, in no order.</summary>
    public IReadOnlyCollection<T> List(string ns) => _cache.InNamespace(ns);

    /// <summary>
    /// Keeps the objects findable by what <paramref name="keysOf"/> says; a second index of a name is ignored.
    /// </summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> keysOf) => _cache.AddIndex(name, keysOf);

    /// <summary>The objects that the index has under this key, in no order.</summary>
    public IReadOnlyCollection<T> ByIndex(string name, string key) => _cache.ByIndex(name, key);

    /// <summary>
    /// Calls these for each change from now on, after an added call for each object that is already there. Updates get
    /// the
    /// old object first. Dispose the result to stop them.
    /// </summary>
    public IDisposable AddHandler(Action<T>? added, Action<T, T>? updated, Action<T>? deleted) =>
        _dispatcher.AddHandler(added, updated, deleted);

    /// <summary>Completes once <see cref="HasSynced"/>.</summary>
    public Task WaitForSyncAsync(CancellationToken ct) => _dispatcher.Synced.WaitAsync(ct);

    async Task IInformer.RunAsync(CancellationToken ct) =>
        await Task.WhenAll(_reflector.RunAsync(ct), _dispatcher.RunAsync(ct)).ConfigureAwait(false);
}

/// <summary>What <see cref="InformerSet"/> needs of an informer of any kind.</summary>
internal interface IInformer
{
    Task RunAsync(CancellationToken ct);

    Task WaitForSyncAsync(CancellationToken ct);
}
