using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.Storage;

namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>What a node may be related to.</summary>
internal enum NodeObject
{
    Secret,
    ConfigMap,
    Claim,
    Volume,
    ResourceClaim,
    ServiceAccount,
    Pod,
    Attachment,
    ResourceSlice,
    PodCertificateRequest,
}

/// <summary>One object that the graph knows.</summary>
internal readonly record struct GraphVertex(NodeObject Type, string Namespace, string Name);

/// <summary>
/// Which nodes may read what: node ← pod ← secret, config map, claim, service account, resource claim; claim ← volume ←
/// secret; node ← attachment, slice, certificate request. Kept by the store's events, never by scans; questions take no
/// lock and allocate nothing. https://kubernetes.io/docs/reference/access-authn-authz/node/
/// </summary>
internal sealed class NodeGraph(Store store) : StoreFollower(store, Pods, Volumes, Attachments, Slices, Requests)
{
    private const string Pods = "pods";
    private const string Volumes = "persistentvolumes";
    private const string Attachments = "volumeattachments.storage.k8s.io";
    private const string Slices = "resourceslices.resource.k8s.io";
    private const string Requests = "podcertificaterequests.certificates.k8s.io";

    private State _building = new();
    private volatile State _state = new();

    /// <summary>Whether there is a way from the object to the node.</summary>
    public bool IsRelated(string node, NodeObject type, string ns, string name)
    {
        CatchUp();
        return _state.IsRelated(node, new GraphVertex(type, ns, name));
    }

    /// <inheritdoc/>
    protected override void Reset() => _building = new State();

    /// <inheritdoc/>
    protected override void Publish() => _state = _building;

    /// <inheritdoc/>
    protected override void Put(string collection, StoredEntry entry, StoredEntry? previous)
    {
        var json = entry.Value.Span;
        switch (collection)
        {
            case Pods:
                _building.PutPod(entry.Key, json, isNew: previous is null);
                break;
            case Volumes:
                _building.Volumes.Put(entry.Key, VolumeReferences.Of(KubeJson.Deserialize<V1PersistentVolume>(json)));
                break;
            case Attachments:
                var attachment = KubeJson.Deserialize<V1VolumeAttachment>(json);
                _building.Put(new GraphVertex(NodeObject.Attachment, "", entry.Key), attachment.Spec.NodeName);
                break;
            case Slices:
                _building.Put(new GraphVertex(NodeObject.ResourceSlice, "", entry.Key), SpecNodeName.Of(json));
                break;
            default:
                _building.Put(State.Named(NodeObject.PodCertificateRequest, entry.Key), SpecNodeName.Of(json));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Remove(string collection, StoredEntry entry)
    {
        switch (collection)
        {
            case Pods:
                _building.RemovePod(entry.Key);
                break;
            case Volumes:
                _building.Volumes.Remove(entry.Key);
                break;
            case Attachments:
                _building.Put(new GraphVertex(NodeObject.Attachment, "", entry.Key), "");
                break;
            case Slices:
                _building.Put(new GraphVertex(NodeObject.ResourceSlice, "", entry.Key), "");
                break;
            default:
                _building.Put(State.Named(NodeObject.PodCertificateRequest, entry.Key), "");
                break;
        }
    }

    /// <summary>The graph itself. A history that has run out builds a new one beside it.</summary>
    private sealed class State
    {
        private readonly ConcurrentDictionary<string, BoundPod> _pods = new(StringComparer.Ordinal);

        /// <summary>For each object how many pods of each node name it.</summary>
        private readonly ConcurrentDictionary<GraphVertex, ConcurrentDictionary<string, int>> _readers = new();

        /// <summary>The one node of each attachment, slice, certificate request and pod.</summary>
        private readonly ConcurrentDictionary<GraphVertex, string> _owners = new();

        public VolumeIndex Volumes { get; } = new();

        public bool IsRelated(string node, GraphVertex vertex) => vertex.Type switch
        {
            NodeObject.Pod or NodeObject.Attachment or NodeObject.ResourceSlice or NodeObject.PodCertificateRequest =>
                _owners.TryGetValue(vertex, out var owner) && owner == node,
            NodeObject.Volume => Volumes.ClaimOf(vertex.Name) is { } claim && IsReader(node, claim),
            NodeObject.Secret => IsReader(node, vertex) || IsVolumeSecret(node, vertex),
            _ => IsReader(node, vertex),
        };

        public void Put(GraphVertex vertex, string node)
        {
            if (node.Length == 0)
            {
                _owners.TryRemove(vertex, out _);
            }
            else
            {
                _owners[vertex] = node;
            }
        }

        public void PutPod(string key, ReadOnlySpan<byte> json, bool isNew)
        {
            // Binding aside, only these change what a pod names; statuses come far more often.
            if (!isNew && _pods.ContainsKey(key) && json.IndexOf("\"ephemeralContainers\""u8) < 0
                && json.IndexOf("esourceClaimStatus"u8) < 0)
            {
                return;
            }

            var pod = KubeJson.Deserialize<V1Pod>(json);
            if (string.IsNullOrEmpty(pod.Spec?.NodeName))
            {
                return;
            }

            _pods.TryGetValue(key, out var old);
            var bound = new BoundPod(pod.Spec.NodeName, [.. PodReferences.Of(pod)]);
            _pods[key] = bound;
            _owners[Named(NodeObject.Pod, key)] = bound.Node;
            foreach (var reference in bound.References)
            {
                _readers.GetOrAdd(reference, static _ => new(StringComparer.Ordinal))
                    .AddOrUpdate(bound.Node, 1, static (_, n) => n + 1);
            }

            Withdraw(old);
        }

        public void RemovePod(string key)
        {
            _owners.TryRemove(Named(NodeObject.Pod, key), out _);
            _pods.TryRemove(key, out var old);
            Withdraw(old);
        }

        /// <summary>The store's keys are "namespace/name".</summary>
        public static GraphVertex Named(NodeObject type, string key)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            return new GraphVertex(type, key[..slash], key[(slash + 1)..]);
        }

        private bool IsReader(string node, GraphVertex vertex) =>
            _readers.TryGetValue(vertex, out var nodes) && nodes.ContainsKey(node);

        private bool IsVolumeSecret(string node, GraphVertex secret)
        {
            foreach (var claim in Volumes.ClaimsNaming(secret))
            {
                if (IsReader(node, claim))
                {
                    return true;
                }
            }

            return false;
        }

        private void Withdraw(BoundPod? pod)
        {
            foreach (var reference in pod?.References ?? [])
            {
                if (!_readers.TryGetValue(reference, out var nodes))
                {
                    continue;
                }

                if (nodes.AddOrUpdate(pod!.Node, 0, static (_, n) => n - 1) <= 0)
                {
                    nodes.TryRemove(pod.Node, out _);
                }

                if (nodes.IsEmpty)
                {
                    _readers.TryRemove(reference, out _);
                }
            }
        }
    }

    private sealed record BoundPod(string Node, GraphVertex[] References);
}
