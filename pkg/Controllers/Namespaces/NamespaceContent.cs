using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Client;
using Kube1.Controllers.Discovery;

namespace Kube1.Controllers.Namespaces;

/// <summary>What is still in a namespace after everything was told to go.</summary>
internal sealed class NamespaceRemains
{
    public List<string> DiscoveryFailures { get; } = [];

    public List<string> DeletionFailures { get; } = [];

    /// <summary>Instances that are left, by resource.</summary>
    public SortedDictionary<string, int> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>Instances that a finalizer holds, by finalizer.</summary>
    public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);

    /// <summary>When something may have gone; null when the namespace is empty.</summary>
    public TimeSpan? RetryAfter { get; set; }

    public void Wait(TimeSpan time) => RetryAfter = RetryAfter is { } known && known > time ? known : time;
}

/// <summary>Deletes what is in a namespace, resource by resource in the order of discovery.</summary>
internal sealed class NamespaceContent(KubeClient client)
{
    /// <summary>How long to wait for finalizers and failures; upstream's finalizerEstimateSeconds, halved, and one second more.</summary>
    private static readonly TimeSpan FinalizerWait = TimeSpan.FromSeconds(8);

    private static readonly GroupResource Pods = new("", "pods");

    public async Task<NamespaceRemains> DeleteAsync(string ns, DiscoveredResources discovered, CancellationToken ct)
    {
        var remains = new NamespaceRemains();
        remains.DiscoveryFailures.AddRange(discovered.Failures);
        if (discovered.Failures.Count > 0)
        {
            remains.Wait(FinalizerWait);
        }

        var deletable = discovered.Resources
            .Where(r => r.Namespaced && r.Verbs.Contains("list") && r.Verbs.Contains("delete")).ToList();
        var pods = deletable.Find(r => r.Resource.GroupResource == Pods);
        if (pods is not null)
        {
            await DeleteAllAsync(ns, pods, remains, ct).ConfigureAwait(false);
        }

        // Pods may need their policies, secrets and claims until they are really gone.
        if (remains.Instances.Count == 0)
        {
            foreach (var resource in deletable.Where(r => r != pods))
            {
                await DeleteAllAsync(ns, resource, remains, ct).ConfigureAwait(false);
            }
        }

        return remains;
    }

    private async Task DeleteAllAsync(
        string ns, ResourceDescriptor resource, NamespaceRemains remains, CancellationToken ct)
    {
        try
        {
            var objects = client.Of(resource);
            var before = await objects.ListAsync(ns, null, ct).ConfigureAwait(false);
            if (before.Items.Count == 0)
            {
                return;
            }

            var background = new V1DeleteOptions { PropagationPolicy = "Background" };
            if (resource.Verbs.Contains("deletecollection"))
            {
                await objects.DeleteCollectionAsync(ns, null, background, ct).ConfigureAwait(false);
            }
            else
            {
                foreach (var item in before.Items)
                {
                    await objects.DeleteAsync(ns, NameOf(item), background, ct).ConfigureAwait(false);
                }
            }

            Count(resource, (await objects.ListAsync(ns, null, ct).ConfigureAwait(false)).Items, remains);
        }
        catch (Exception e) when (ServerFailure.Is(e))
        {
            // One resource that cannot be deleted must not keep the others; the condition tells of it.
            remains.DeletionFailures.Add(e.Message);
            remains.Wait(FinalizerWait);
        }
    }

    private static void Count(ResourceDescriptor resource, List<JsonObject> left, NamespaceRemains remains)
    {
        if (left.Count == 0)
        {
            return;
        }

        remains.Instances[$"{resource.Resource.Resource}.{resource.Resource.Group}"] = left.Count;
        foreach (var metadata in left.Select(o => o["metadata"]))
        {
            foreach (var finalizer in metadata?["finalizers"]?.AsArray().Select(f => f!.GetValue<string>()) ?? [])
            {
                remains.Finalizers[finalizer] = remains.Finalizers.GetValueOrDefault(finalizer) + 1;
            }

            var graceSeconds = metadata?["deletionGracePeriodSeconds"]?.GetValue<long>() ?? 0;
            remains.Wait(graceSeconds > 0 ? TimeSpan.FromSeconds((graceSeconds / 2) + 1) : FinalizerWait);
        }
    }

    private static string NameOf(JsonObject obj) =>
        obj["metadata"]?["name"]?.GetValue<string>() ?? throw new InvalidOperationException("an object without a name");
}
