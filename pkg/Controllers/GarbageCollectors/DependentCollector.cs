using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Client;
using Kube1.Client.Events;

namespace Kube1.Controllers.GarbageCollectors;

/// <summary>
/// Looks at one object: are its owners there, do its dependents hold it up. It acts only on what it has read live; the
/// graph merely says where to look.
/// </summary>
internal sealed class DependentCollector(
    KubeClient client, OwnerGraph graph, Func<OwnerLink, ResourceDescriptor?> resolve, Action<string> look,
    EventRecorder events)
{
    private enum OwnerState
    {
        Solid,
        Dangling,
        WaitsForDependents,
    }

    public async Task SyncAsync(string uid, CancellationToken ct)
    {
        if (graph.Find(uid) is not { } known)
        {
            return;
        }

        var live = await client.Of(known.Resource)
            .GetAsync(known.Resource.Namespaced ? known.Namespace : null, known.Name, ct).ConfigureAwait(false);
        var current = live is null ? null : GraphObject.From(known.Resource, live);
        if (current is null || current.Uid != uid)
        {
            // The watch will say so too, but may be late.
            foreach (var affected in graph.Remove(uid))
            {
                look(affected);
            }

            return;
        }

        if (current.OrphansDependents)
        {
            await OrphanDependentsAsync(current, live!, ct).ConfigureAwait(false);
        }
        else if (current.WaitsForDependents)
        {
            await FinishForegroundAsync(current, live!, ct).ConfigureAwait(false);
        }
        else if (!current.Terminating && current.Owners.Length > 0)
        {
            await CheckOwnersAsync(current, live!, ct).ConfigureAwait(false);
        }
    }

    private async Task CheckOwnersAsync(GraphObject current, JsonObject live, CancellationToken ct)
    {
        var states = new List<(OwnerLink Owner, OwnerState State)>();
        foreach (var owner in current.Owners)
        {
            states.Add((owner, await StateOfAsync(current, owner, ct).ConfigureAwait(false)));
        }

        var gone = states.Where(s => s.State != OwnerState.Solid).Select(s => s.Owner.Uid).ToHashSet();
        if (gone.Count < states.Count)
        {
            if (gone.Count > 0)
            {
                await RemoveOwnersAsync(current, live, gone, ct).ConfigureAwait(false);
            }

            return;
        }

        var policy = "Background";
        var finalizers = live["metadata"]!["finalizers"]?.AsArray().Select(f => f!.GetValue<string>()).ToList() ?? [];
        if (finalizers.Contains(GraphObject.OrphanFinalizer))
        {
            policy = "Orphan";
        }
        else if (finalizers.Contains(GraphObject.ForegroundFinalizer))
        {
            policy = "Foreground";
        }
        else if (states.Exists(s => s.State == OwnerState.WaitsForDependents)
            && graph.DependentsOf(current.Uid).Length > 0)
        {
            policy = "Foreground";
            await BreakCyclesAsync(current, live, ct).ConfigureAwait(false);
        }

        await DeleteAsync(current, policy, ct).ConfigureAwait(false);
    }

    // Two objects that own and block each other would wait for each other for ever.
    private async Task BreakCyclesAsync(GraphObject current, JsonObject live, CancellationToken ct)
    {
        if (!graph.DependentsOf(current.Uid).Any(d => d.WaitsForDependents))
        {
            return;
        }

        foreach (var owner in live["metadata"]!["ownerReferences"]!.AsArray())
        {
            owner!["blockOwnerDeletion"] = false;
        }

        await PatchMetadataAsync(
            current, live, new JsonObject { ["ownerReferences"] = live["metadata"]!["ownerReferences"]!.DeepClone() },
            pinned: false, ct).ConfigureAwait(false);
    }

    private async Task<OwnerState> StateOfAsync(GraphObject dependent, OwnerLink owner, CancellationToken ct)
    {
        if (graph.Find(owner.Uid) is { WaitsForDependents: false } or null && graph.IsKnownPresent(owner.Uid))
        {
            return OwnerState.Solid;
        }

        var resource = resolve(owner) ?? throw new InvalidOperationException(
            $"unable to get REST mapping for {owner.ApiVersion}/{owner.Kind}.");
        if (resource.Namespaced && dependent.Namespace.Length == 0)
        {
            // Such an owner can never be found; deleting for that would punish a mistake too hard.
            ReportInvalidNamespace(dependent, owner);
            return OwnerState.Solid;
        }

        var live = await client.Of(resource)
            .GetAsync(resource.Namespaced ? dependent.Namespace : null, owner.Name, ct).ConfigureAwait(false);
        var found = live is null ? null : GraphObject.From(resource, live);
        if (found is null || found.Uid != owner.Uid)
        {
            if (graph.Find(owner.Uid) is { } elsewhere && elsewhere.Namespace != dependent.Namespace
                && resource.Namespaced)
            {
                ReportInvalidNamespace(dependent, owner);
            }

            return OwnerState.Dangling;
        }

        if (found.WaitsForDependents)
        {
            return OwnerState.WaitsForDependents;
        }

        graph.MarkPresent(owner.Uid);
        return OwnerState.Solid;
    }

    private async Task FinishForegroundAsync(GraphObject current, JsonObject live, CancellationToken ct)
    {
        var dependents = graph.DependentsOf(current.Uid);
        if (!dependents.Any(d => d.Owners.Any(o => o.Uid == current.Uid && o.BlocksDeletion)))
        {
            await RemoveFinalizerAsync(current, live, GraphObject.ForegroundFinalizer, ct).ConfigureAwait(false);
        }

        foreach (var dependent in dependents.Where(d => !d.Terminating))
        {
            look(dependent.Uid);
        }
    }

    private async Task OrphanDependentsAsync(GraphObject current, JsonObject live, CancellationToken ct)
    {
        foreach (var dependent in graph.DependentsOf(current.Uid))
        {
            var liveDependent = await client.Of(dependent.Resource)
                .GetAsync(dependent.Resource.Namespaced ? dependent.Namespace : null, dependent.Name, ct)
                .ConfigureAwait(false);
            if (liveDependent is not null)
            {
                await RemoveOwnersAsync(dependent, liveDependent, [current.Uid], ct).ConfigureAwait(false);
            }
        }

        await RemoveFinalizerAsync(current, live, GraphObject.OrphanFinalizer, ct).ConfigureAwait(false);
    }

    private Task RemoveOwnersAsync(GraphObject obj, JsonObject live, HashSet<string> owners, CancellationToken ct)
    {
        var kept = new JsonArray([.. (live["metadata"]!["ownerReferences"]?.AsArray() ?? [])
            .Where(o => !owners.Contains(o!["uid"]?.GetValue<string>() ?? "")).Select(o => o!.DeepClone())]);
        return PatchMetadataAsync(
            obj, live, new JsonObject { ["ownerReferences"] = kept.Count == 0 ? null : kept }, pinned: true, ct);
    }

    private Task RemoveFinalizerAsync(GraphObject obj, JsonObject live, string finalizer, CancellationToken ct)
    {
        var kept = new JsonArray([.. (live["metadata"]!["finalizers"]?.AsArray() ?? [])
            .Where(f => f!.GetValue<string>() != finalizer).Select(f => f!.DeepClone())]);
        return PatchMetadataAsync(obj, live, new JsonObject { ["finalizers"] = kept }, pinned: true, ct);
    }

    // Pinned to the revision that was read: a list is replaced as a whole, and must not undo another's change.
    private Task PatchMetadataAsync(
        GraphObject obj, JsonObject live, JsonObject metadata, bool pinned, CancellationToken ct)
    {
        metadata["uid"] = obj.Uid;
        if (pinned)
        {
            metadata["resourceVersion"] = live["metadata"]!["resourceVersion"]!.GetValue<string>();
        }

        var body = Encoding.UTF8.GetBytes(new JsonObject { ["metadata"] = metadata }.ToJsonString());
        return client.Of(obj.Resource).PatchAsync(
            obj.Resource.Namespaced ? obj.Namespace : null, obj.Name, PatchType.Merge, body, null, ct);
    }

    private Task DeleteAsync(GraphObject obj, string policy, CancellationToken ct) => client.Of(obj.Resource).DeleteAsync(
        obj.Resource.Namespaced ? obj.Namespace : null, obj.Name,
        new V1DeleteOptions
        {
            PropagationPolicy = policy, Preconditions = new V1Preconditions { Uid = obj.Uid },
        },
        ct);

    private void ReportInvalidNamespace(GraphObject dependent, OwnerLink owner)
    {
        var about = new V1ObjectReference
        {
            ApiVersion = dependent.Resource.Kind.ApiVersion,
            Kind = dependent.Resource.Kind.Kind,
            Namespace = dependent.Namespace.Length == 0 ? null : dependent.Namespace,
            Name = dependent.Name,
            Uid = dependent.Uid,
        };
        var text = $"[{owner.ApiVersion}/{owner.Kind}, namespace: {dependent.Namespace}, name: {owner.Name}, uid: {owner.Uid}]";
        events.Record(
            about, "Warning", "OwnerRefInvalidNamespace",
            $"ownerRef {text} does not exist in namespace \"{dependent.Namespace}\"");
    }
}
