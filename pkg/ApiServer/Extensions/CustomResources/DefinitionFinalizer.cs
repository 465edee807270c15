using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Lets a definition go that is being deleted: first its objects, whose own finalizers are waited for, then its finalizer
/// (k8s.io/apiextensions-apiserver/pkg/controller/finalizer).
/// </summary>
internal sealed class DefinitionFinalizer(
    CustomResourceCatalog catalog, ServerStatusWriter writer, ObjectRegistry objects, Store store, ClusterSettings settings,
    TimeProvider time)
{
    /// <summary>The finalizer that every definition gets when it is deleted.</summary>
    public const string Name = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>How long objects may take before the condition tells of it; upstream's bound.</summary>
    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromMinutes(1);

    private readonly ObjectDeleter _deleter = new(store, time);

    /// <summary>Whether there is something to do for a definition.</summary>
    public static bool IsNeeded(JsonObject definition) => ObjectMetadata.Of(definition).DeletionTimestamp is not null
        && ObjectMetadata.Of(definition).Finalizers.Contains(Name);

    /// <summary>Returns when the definition has lost its finalizer.</summary>
    public async Task RunAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            var isEstablished = false;
            var isThere = await writer.ChangeAsync(name, definition =>
            {
                isEstablished = definition.Condition(DefinitionConditions.Established) == "True";
                return IsNeeded(definition) && Set(
                    definition, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
            }, cancellationToken).ConfigureAwait(false);
            if (!isThere)
            {
                return;
            }

            var (status, reason, message) = await RemoveAsync(name, isEstablished, cancellationToken).ConfigureAwait(false);
            await writer.ChangeAsync(name, definition =>
            {
                var changed = IsNeeded(definition) && Set(definition, status, reason, message);
                if (changed && status == "False")
                {
                    var meta = ObjectMetadata.Of(definition);
                    meta.Finalizers = [.. meta.Finalizers.Where(f => f != Name)];
                }

                return changed;
            }, cancellationToken).ConfigureAwait(false);
            if (status == "False")
            {
                return;
            }
        }
    }

    private bool Set(JsonObject definition, string status, string reason, string message) =>
        StatusConditions.Set(definition, DefinitionConditions.Terminating, status, reason, message, time.GetUtcNow());

    // The condition after the removal: "False" when the definition may go.
    private async ValueTask<(string Status, string Reason, string Message)> RemoveAsync(
        string name, bool isEstablished, CancellationToken cancellationToken)
    {
        if (objects.Find(CustomResourceCatalog.DefinitionDescriptor, null, name) is { } definition
            && catalog.IsBuiltIn(new GroupResource(definition.Text("spec.group"), definition.Text("spec.names.plural"))))
        {
            return ("False", "OverlappingBuiltInResource", "instances overlap with built-in resources in storage");
        }

        if (!isEstablished || catalog.FindResource(name) is not { } resource)
        {
            return ("False", "NeverEstablished", "resource was never established");
        }

        // Creates that were let in before the condition said otherwise have reached the store after this.
        await store.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (await DeleteAllAsync(resource, cancellationToken).ConfigureAwait(false) is { } failure)
        {
            return ("True", "InstanceDeletionFailed", $"could not issue all deletes: {failure}");
        }

        return await WaitAsync(resource.Collection, cancellationToken).ConfigureAwait(false)
            ? ("False", "InstanceDeletionCompleted", "removed all instances")
            : ("True", "InstanceDeletionCheck",
                "could not confirm zero CustomResources remaining: context deadline exceeded");
    }

    private async ValueTask<string?> DeleteAllAsync(CustomResource resource, CancellationToken cancellationToken)
    {
        var served = new ServedResource(resource.Storage, isListed: true, isTerminating: true);
        var context = new StrategyContext(UserInfo.ApiServer, served.Descriptor, objects, time, settings);
        var failures = new List<string>();
        foreach (var key in resource.Collection.Snapshot.Range("").Select(e => e.Key))
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            try
            {
                await _deleter.DeleteAsync(
                    served, slash < 0 ? null : key[..slash], key[(slash + 1)..], new V1DeleteOptions(), context, null,
                    cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException e) when (e.Is(StatusReasons.NotFound))
            {
                // Somebody else was quicker.
            }
            catch (ApiException e)
            {
                failures.Add(e.Message);
            }
        }

        if (failures.Count == 0)
        {
            return null;
        }

        // What fails now will hardly succeed at once.
        await Task.Delay(RemovalTimeout, time, cancellationToken).ConfigureAwait(false);
        return failures.Count == 1 ? failures[0] : $"[{string.Join(", ", failures.Distinct())}]";
    }

    // False when there still are objects after the time-out.
    private async ValueTask<bool> WaitAsync(StoreCollection collection, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(RemovalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        while (true)
        {
            var snapshot = collection.Snapshot;
            if (snapshot.Count == 0)
            {
                return true;
            }

            using var watch = collection.Watch("", snapshot.Revision);
            try
            {
                await watch.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return collection.Snapshot.Count == 0;
            }
        }
    }
}
