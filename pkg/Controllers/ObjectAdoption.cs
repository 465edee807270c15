using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Controllers;

/// <summary>
/// Decides which objects belong to an owner: it keeps its own that its selector matches, lets go of its own that no
/// longer
/// match, and takes in matching orphans.
/// https://github.com/kubernetes/design-proposals-archive/blob/main/api-machinery/controller-ref.md
/// </summary>
/// <param name="objects">Where the owned objects are patched.</param>
/// <param name="ownerKind">The kind of the owner.</param>
/// <param name="owner">The owner's metadata, from the cache.</param>
/// <param name="matches">The owner's selector.</param>
/// <param name="readOwner">
/// Reads the owner from the server before the first adoption: a cache may still show an owner that has been deleted,
/// and
/// an orphan adopted by the dead would be collected with it.
/// </param>
internal sealed class ObjectAdoption<T>(
    ResourceClient<T> objects,
    GroupVersionKind ownerKind,
    V1ObjectMeta owner,
    Func<IReadOnlyDictionary<string, string>?, bool> matches,
    Func<CancellationToken, Task<V1ObjectMeta?>> readOwner)
    where T : class, IKubernetesKind
{
    private bool _mayAdopt;

    /// <summary>
    /// The objects of <paramref name="candidates"/> that belong to the owner after adoption and release.
    /// </summary>
    public async Task<List<T>> ClaimAsync(IEnumerable<T> candidates, CancellationToken ct)
    {
        var claimed = new List<T>();
        foreach (var obj in candidates)
        {
            if (await ClaimAsync(obj, ct).ConfigureAwait(false))
            {
                claimed.Add(obj);
            }
        }

        return claimed;
    }

    private async Task<bool> ClaimAsync(T obj, CancellationToken ct)
    {
        var matching = matches(obj.Metadata.Labels);
        if (ControllerReferences.Of(obj) is { } reference)
        {
            if (reference.Uid != owner.Uid)
            {
                return false;
            }

            if (!matching && owner.DeletionTimestamp is null)
            {
                await ReleaseAsync(obj, ct).ConfigureAwait(false);
            }

            return matching;
        }

        if (owner.DeletionTimestamp is not null || obj.Metadata.DeletionTimestamp is not null || !matching)
        {
            return false;
        }

        return await AdoptAsync(obj, ct).ConfigureAwait(false);
    }

    private async Task<bool> AdoptAsync(T obj, CancellationToken ct)
    {
        await EnsureMayAdoptAsync(ct).ConfigureAwait(false);
        var reference = KubeJson.ToJson(ControllerReferences.To(ownerKind, owner));
        return await PatchAsync(obj, reference, ct).ConfigureAwait(false);
    }

    private async Task ReleaseAsync(T obj, CancellationToken ct)
    {
        try
        {
            await PatchAsync(obj, new JsonObject { ["$patch"] = "delete", ["uid"] = owner.Uid }, ct).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.Invalid))
        {
            // The object was replaced by another of its name, or someone else has removed the reference: nothing to
            // let go.
        }
    }

    private async Task EnsureMayAdoptAsync(CancellationToken ct)
    {
        if (_mayAdopt)
        {
            return;
        }

        var fresh = await readOwner(ct).ConfigureAwait(false);
        if (fresh?.Uid != owner.Uid)
        {
            throw new InvalidOperationException(
                $"original {ownerKind.Kind} {owner.Namespace}/{owner.Name} is gone: got uid {fresh?.Uid}, wanted {owner.Uid}");
        }

        if (fresh!.DeletionTimestamp is not null)
        {
            throw new InvalidOperationException($"{owner.Namespace}/{owner.Name} has just been deleted");
        }

        _mayAdopt = true;
    }

    /// <summary>
    /// False when the object is gone. The uid in the patch makes sure that it meets this very object.
    /// </summary>
    private async Task<bool> PatchAsync(T obj, JsonObject reference, CancellationToken ct)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = obj.Metadata.Uid,
                ["ownerReferences"] = new JsonArray(reference),
            },
        };
        try
        {
            await objects.PatchAsync(
                obj.Metadata.Namespace, obj.Metadata.Name!, PatchType.StrategicMerge,
                Encoding.UTF8.GetBytes(patch.ToJsonString()), null, ct).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.Is(StatusReasons.NotFound))
        {
            return false;
        }
    }
}
