using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The columns of a Scale (k8s.io/kubernetes/pkg/printers/internalversion, and for custom resources
/// k8s.io/apiextensions-apiserver/pkg/apiserver/helpers.go).
/// </summary>
internal static class ScaleColumns
{
    private static readonly PrintColumn[] Custom =
    [
        DefaultPrintColumns.Name,
        Replicas("Desired", "Number of desired replicas", "spec"),
        Replicas("Available", "Number of actual replicas", "status"),
        DefaultPrintColumns.Age with { Type = "date" },
    ];

    private static readonly PrintColumn[] BuiltIn =
    [
        DefaultPrintColumns.Name with { Format = "" },
        Replicas("Desired", "How many replicas are wanted.", "spec"),
        Replicas("Available", "How many replicas there are.", "status"),
        DefaultPrintColumns.Age,
    ];

    /// <summary>The columns of a resource's Scale.</summary>
    public static IReadOnlyList<PrintColumn> Of(ScaleMapping mapping) => mapping.IsCustom ? Custom : BuiltIn;

    private static PrintColumn Replicas(string name, string description, string part) => new(
        name, "integer", "", description, 0, (obj, _) => obj[part]?["replicas"]?.DeepClone() ?? (JsonNode)0);
}
