using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// The managers of an object's replicas as managers of its Scale, and back (k8s.io/apimachinery/pkg/util/managedfields
/// scalehandler.go).
/// </summary>
/// <param name="parent">The object.</param>
/// <param name="parentVersion">The version that the request works on.</param>
/// <param name="replicasPaths">Where each version of the object has its replicas; null for versions without.</param>
internal sealed class ScaleOwners(JsonObject parent, string parentVersion, Func<string, string?> replicasPaths)
{
    private const string ScaleVersion = "autoscaling/v1";

    private static readonly FieldSet ScaleReplicas = FieldSet.Of("spec.replicas");

    private readonly FieldOwners _owners = FieldOwners.Read(parent["metadata"]?["managedFields"]);
    private readonly FieldSet _replicas = FieldSet.Of(replicasPaths(parentVersion)!);

    /// <summary>The managedFields of the Scale: who owns the replicas.</summary>
    public JsonArray? OfScale()
    {
        var scale = new FieldOwners();
        foreach (var owner in _owners.All.Where(Holds))
        {
            scale.Set(InScale(owner));
        }

        return scale.ToJson();
    }

    /// <summary>
    /// The managedFields of the object after a write of the Scale: who lost the replicas there loses them here, who
    /// came to own them gets an entry.
    /// </summary>
    public JsonArray? OfParent(JsonNode? scaleFields)
    {
        var scale = FieldOwners.Read(scaleFields);
        var result = new FieldOwners();
        foreach (var owner in _owners.All.Where(o => replicasPaths(o.ApiVersion) is not null))
        {
            if (Holds(owner))
            {
                if (scale.Find(InScale(owner).Identity) is { } kept)
                {
                    scale.Remove(kept);
                }
                else
                {
                    owner.Set = owner.Set.Except(FieldSet.Of(replicasPaths(owner.ApiVersion)!));
                }
            }

            if (!owner.Set.IsEmpty)
            {
                result.Set(owner);
            }
        }

        foreach (var owner in scale.All.Where(o => o.Has(ScaleReplicas)))
        {
            // As upstream, which notes no time for these.
            result.Set(new FieldOwner(owner.Manager, owner.IsApplied, parentVersion, owner.Subresource, _replicas));
        }

        return result.ToJson();
    }

    private bool Holds(FieldOwner owner) =>
        replicasPaths(owner.ApiVersion) is { } path && owner.Has(FieldSet.Of(path));

    private static FieldOwner InScale(FieldOwner owner) =>
        new(owner.Manager, owner.IsApplied, ScaleVersion, owner.Subresource, ScaleReplicas) { Time = owner.Time };
}
