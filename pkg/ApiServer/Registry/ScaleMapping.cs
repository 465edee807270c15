using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>Where an object keeps what autoscaling/v1 Scale shows; paths are relative to the object.</summary>
public sealed record ScaleMapping
{
    /// <summary>Desired replicas.</summary>
    public string SpecReplicasPath { get; init; } = "spec.replicas";

    /// <summary>Actual replicas.</summary>
    public string StatusReplicasPath { get; init; } = "status.replicas";

    /// <summary>The pods' selector as text ("app=web"), for Scale's status.selector.</summary>
    public Func<JsonObject, string> Selector { get; init; } = static _ => "";

    /// <summary>Where the selector is; empty when no path alone tells it.</summary>
    public string SelectorPath { get; init; } = "";

    /// <summary>
    /// Whether a CustomResourceDefinition says all this: there may be no replicas, and what is not at the path of the
    /// selector is none.
    /// </summary>
    public bool IsCustom { get; init; }
}
