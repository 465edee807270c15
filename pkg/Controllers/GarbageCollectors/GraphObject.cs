using System.Text.Json.Nodes;
using Kube1.Api.Schema;

namespace Kube1.Controllers.GarbageCollectors;

/// <summary>An owner reference as it stands in a dependent.</summary>
internal sealed record OwnerLink(string ApiVersion, string Kind, string Name, string Uid, bool BlocksDeletion)
{
    public string Group => ApiVersion.Contains('/') ? ApiVersion[..ApiVersion.IndexOf('/')] : "";
}

/// <summary>What the collector keeps of an object: where it is, whom it belongs to, and whether it is going.</summary>
internal sealed record GraphObject(
    ResourceDescriptor Resource, string Namespace, string Name, string Uid, OwnerLink[] Owners, bool Terminating,
    bool WaitsForDependents, bool OrphansDependents)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <summary>Most objects own nothing, belong to nobody and need not be kept.</summary>
    public bool IsWorthKeeping => Owners.Length > 0 || WaitsForDependents || OrphansDependents;

    public static GraphObject From(ResourceDescriptor resource, JsonObject obj)
    {
        var metadata = obj["metadata"]!;
        var terminating = metadata["deletionTimestamp"] is not null;
        var finalizers = metadata["finalizers"]?.AsArray().Select(f => f!.GetValue<string>()).ToArray() ?? [];
        return new GraphObject(
            resource, Text(metadata, "namespace"), Text(metadata, "name"), Text(metadata, "uid"),
            [.. (metadata["ownerReferences"]?.AsArray() ?? []).Select(o => Link(o!))],
            terminating,
            terminating && finalizers.Contains(ForegroundFinalizer),
            terminating && finalizers.Contains(OrphanFinalizer));
    }

    private static OwnerLink Link(JsonNode owner) => new(
        Text(owner, "apiVersion"), Text(owner, "kind"), Text(owner, "name"), Text(owner, "uid"),
        owner["blockOwnerDeletion"]?.GetValue<bool>() == true);

    private static string Text(JsonNode node, string name) => node[name]?.GetValue<string>() ?? "";
}
