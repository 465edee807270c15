using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>What became of a delete.</summary>
/// <param name="Object">The object, last or marked state.</param>
/// <param name="Gone">Whether it is out of the store; else it waits for finalizers or its grace period.</param>
internal readonly record struct Deletion(StoredObject Object, bool Gone);

/// <summary>
/// DELETE of one object: preconditions, grace period, finalizers, and then the entry itself
/// (k8s.io/apiserver/pkg/registry/rest BeforeDelete and generic/registry Store.Delete).
/// </summary>
internal sealed class ObjectDeleter(Store store, TimeProvider time)
{
    /// <summary>
    /// Deletes or marks. <paramref name="admit"/> judges the object in each attempt. Throws 404, and 409 for a failed
    /// precondition; a race that another write wins starts over.
    /// </summary>
    public async ValueTask<Deletion> DeleteAsync(
        ServedResource resource, string? ns, string name, V1DeleteOptions options, StrategyContext context,
        Func<JsonObject, ValueTask>? admit, CancellationToken cancellationToken)
    {
        var key = resource.KeyOf(ns, name);
        while (true)
        {
            var entry = resource.Objects.Snapshot.Get(key) ?? throw ApiErrors.NotFound(resource.GroupResource, name);
            var obj = await resource.Codec.DecodeAsync(entry, entry.Revision, cancellationToken).ConfigureAwait(false);
            CheckPreconditions(resource.GroupResource, name, ObjectMetadata.Of(obj), options.Preconditions);
            if (admit is not null)
            {
                await admit(obj).ConfigureAwait(false);
            }

            if (await TryDeleteAsync(resource, entry, obj, options, context, cancellationToken).ConfigureAwait(false)
                is { } deletion)
            {
                return deletion;
            }
        }
    }

    // Null when another write won the race.
    private async ValueTask<Deletion?> TryDeleteAsync(
        ServedResource resource, StoredEntry entry, JsonObject obj, V1DeleteOptions options, StrategyContext context,
        CancellationToken cancellationToken)
    {
        var meta = ObjectMetadata.Of(obj);
        var (changed, pending) = MarkGraceful(resource.Strategy, obj, options);
        if (pending && !changed)
        {
            // It waits for its grace period already, and no later delete changes what happens to its dependents.
            return new Deletion(StoredObject.Of(entry), Gone: false);
        }

        var finalizers = DeletionFinalizers.After(meta.Finalizers, options, resource.Strategy.DefaultPropagationPolicy);
        if (!finalizers.SequenceEqual(meta.Finalizers))
        {
            meta.Finalizers = finalizers;
            changed = true;
        }

        var held = finalizers.Count > 0 || resource.Strategy.IsHeld(obj);
        if (held && meta.DeletionTimestamp is null)
        {
            Mark(resource.Strategy, obj, graceSeconds: 0);
            changed = true;
        }

        if (!held && !pending)
        {
            return await RemoveAsync(resource, entry, obj, changed, context, cancellationToken).ConfigureAwait(false);
        }

        if (!changed)
        {
            return new Deletion(StoredObject.Of(entry), Gone: false);
        }

        if (context.DryRun)
        {
            return new Deletion(StoredObject.NotStored(obj), Gone: false);
        }

        var encoded = await resource.Codec.EncodeAsync(obj, cancellationToken).ConfigureAwait(false);
        var update = WriteOperation.Update(resource.Objects, entry.Key, encoded.Bytes, entry.Revision) with
        {
            Description = encoded.Description,
        };
        var result = await store.WriteAsync(update, cancellationToken).ConfigureAwait(false);
        return result.IsCommitted ? new Deletion(StoredObject.Of(result.Entry!), Gone: false) : null;
    }

    // What has changed on the way out is what clients and watches see of the object last: when it went, with no grace.
    private async ValueTask<Deletion?> RemoveAsync(
        ServedResource resource, StoredEntry entry, JsonObject obj, bool changed, StrategyContext context,
        CancellationToken cancellationToken)
    {
        if (context.DryRun)
        {
            return new Deletion(changed ? StoredObject.NotStored(obj) : StoredObject.Of(entry), Gone: true);
        }

        var delete = WriteOperation.Delete(resource.Objects, entry.Key, entry.Revision);
        if (changed)
        {
            var last = await resource.Codec.EncodeAsync(obj, cancellationToken).ConfigureAwait(false);
            delete = delete with { Value = last.Bytes, Description = last.Description };
        }

        var result = await store.WriteAsync(delete, cancellationToken).ConfigureAwait(false);
        if (!result.IsCommitted)
        {
            return null;
        }

        await resource.Strategy.AfterDeleteAsync(context, obj, cancellationToken).ConfigureAwait(false);
        return new Deletion(new StoredObject(result.Entry, result.Revision, null), Gone: true);
    }

    // (whether the object has changed, whether it must wait for its grace period)
    private (bool Changed, bool Pending) MarkGraceful(ResourceStrategy strategy, JsonObject obj, V1DeleteOptions options)
    {
        // Upstream takes a negative grace period for the shortest one.
        var asked = options.GracePeriodSeconds is < 0 ? 1 : options.GracePeriodSeconds;
        if (strategy.GracePeriodSeconds(obj, asked) is not { } grace)
        {
            return (false, false);
        }

        var meta = ObjectMetadata.Of(obj);
        if (meta.DeletionTimestamp is { } due)
        {
            var current = meta.DeletionGracePeriodSeconds ?? 0;
            if (asked is null || asked >= current)
            {
                return (false, current > 0);
            }

            meta.DeletionTimestamp = due - TimeSpan.FromSeconds(current - asked.Value);
            meta.DeletionGracePeriodSeconds = asked;
            return (true, asked > 0);
        }

        Mark(strategy, obj, grace);
        return (true, grace > 0);
    }

    private void Mark(ResourceStrategy strategy, JsonObject obj, long graceSeconds)
    {
        var meta = ObjectMetadata.Of(obj);
        meta.DeletionTimestamp = time.GetUtcNow() + TimeSpan.FromSeconds(graceSeconds);
        meta.DeletionGracePeriodSeconds = graceSeconds;
        if (meta.Generation > 0)
        {
            meta.Generation++;
        }

        strategy.OnMarkedForDeletion(obj);
    }

    /// <summary>Throws 409 when an object is not the one, or not in the state, that is to be deleted.</summary>
    internal static void CheckPreconditions(
        GroupResource resource, string name, ObjectMetadata meta, V1Preconditions? preconditions)
    {
        if (preconditions?.Uid is { } uid && uid != meta.Uid)
        {
            throw ApiErrors.Conflict(
                resource, name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({meta.Uid}). "
                + "The object might have been deleted and then recreated");
        }

        if (preconditions?.ResourceVersion is { } revision && revision != meta.ResourceVersion)
        {
            throw ApiErrors.Conflict(
                resource, name,
                $"the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record "
                + $"({meta.ResourceVersion.ToString(CultureInfo.InvariantCulture)}). The object might have been modified");
        }
    }
}
