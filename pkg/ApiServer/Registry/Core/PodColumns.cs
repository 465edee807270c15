using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>The columns of kubectl get pods.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<PrintColumn> All { get; } =
    [
        Columns.Name,
        Columns.Text("Ready", "Containers that are ready, of all", o =>
        {
            var text = PodStatusText.Of(o);
            return $"{text.Ready}/{text.Total}";
        }),
        Columns.Text("Status", "State of the pod and its containers in a word", o => PodStatusText.Of(o).Status),
        Columns.Timed(
            "Restarts", "How often containers were restarted, and when last",
            (o, context) => PodStatusText.Of(o).Restarts(context.Now)),
        Columns.Age,
        Columns.Wide(
            "IP", "First address of the pod",
            o => Columns.OrElse(o.Child("status").Items("podIPs").FirstOrDefault().Text("ip"), Columns.None)),
        Columns.Wide("Node", "Node that the pod is bound to", o => Columns.OrElse(o.Text("spec.nodeName"), Columns.None)),
        Columns.Wide(
            "Nominated Node", "Node on which room is being made for the pod",
            o => Columns.OrElse(o.Text("status.nominatedNodeName"), Columns.None)),
        Columns.Wide("Readiness Gates", "Readiness gates that are passed, of all", ReadinessGates),
    ];

    private static string ReadinessGates(JsonObject pod)
    {
        var gates = pod.Child("spec").Items("readinessGates").Select(g => g.Text("conditionType")).ToList();
        return gates.Count == 0 ? Columns.None : $"{gates.Count(gate => pod.Condition(gate) == "True")}/{gates.Count}";
    }
}
