using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Benchmarks.Cluster;

/// <summary>Waits for a state of an object by watching.</summary>
internal static class Waiting
{
    /// <summary>Returns when an object is, or becomes, as asked.</summary>
    public static Task<T> UntilAsync<T>(
        this KubeClient client, string? ns, Func<T, bool> holds, CancellationToken cancellationToken)
        where T : class, IKubernetesKind =>
        client.UntilEventAsync<T>(
            ns, e => e.Type is WatchEventType.Added or WatchEventType.Modified && holds(e.Object), cancellationToken);

    /// <summary>Returns when an object of the name is deleted after <paramref name="resourceVersion"/>.</summary>
    public static Task<T> UntilDeletedAsync<T>(
        this KubeClient client, string? ns, string name, string? resourceVersion, CancellationToken cancellationToken)
        where T : class, IKubernetesKind => client.UntilEventAsync<T>(
            ns, e => e.Type == WatchEventType.Deleted && e.Object.Metadata.Name == name, cancellationToken,
            resourceVersion);

    private static async Task<T> UntilEventAsync<T>(
        this KubeClient client, string? ns, Func<WatchEvent<T>, bool> holds, CancellationToken cancellationToken,
        string? resourceVersion = null)
        where T : class, IKubernetesKind
    {
        var options = new ListOptions { ResourceVersion = resourceVersion };
        await foreach (var change in client.Of<T>().WatchAsync(ns, options, cancellationToken))
        {
            if (holds(change))
            {
                return change.Object;
            }
        }

        throw new EndOfStreamException($"the watch on {typeof(T).Name} has ended early");
    }
}
