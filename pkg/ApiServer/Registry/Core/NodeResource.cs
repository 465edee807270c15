using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Nodes: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/</summary>
internal sealed class NodeResource : ResourceStrategy
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    private const string RoleLabel = "kubernetes.io/role";

    /// <summary>
    /// Until the kubelet says otherwise pods may have all that the node has. The first of the ranges is the one range that
    /// nodes had before.
    /// </summary>
    public override void Default(JsonObject obj)
    {
        if (obj.Child("spec") is { } spec)
        {
            MatchRanges(spec);
        }

        if (obj.Child("status") is { } status && status["allocatable"] is null && status.Child("capacity") is { } capacity)
        {
            status["allocatable"] = capacity.DeepClone();
        }
    }

    /// <summary>A node registers itself together with its status.</summary>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        NodeRules.Validate(obj, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        NodeRules.ValidateUpdate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        NodeRules.ValidateUpdate(obj, old, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        NodeRules.Warnings(obj);

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("spec.unschedulable", static o => o.Flag("spec.unschedulable") ? "true" : "false")];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Text("Status", "Whether it is ready and takes pods", Status),
        Columns.Text("Roles", "What it is for", Roles),
        Columns.Age,
        Columns.Field("Version", "Version of its kubelet", "status.nodeInfo.kubeletVersion"),
        Columns.Wide("Internal-IP", "Its address in the cluster", o => Address(o, "InternalIP")),
        Columns.Wide("External-IP", "Its address outside", o => Address(o, "ExternalIP")),
        Columns.Wide("OS-Image", "Its operating system", o => Info(o, "osImage")),
        Columns.Wide("Kernel-Version", "Its kernel", o => Info(o, "kernelVersion")),
        Columns.Wide("Container-Runtime", "What runs its containers", o => Info(o, "containerRuntimeVersion")),
    ];

    private static void MatchRanges(JsonObject spec)
    {
        var one = spec.Text("podCIDR");
        if (spec.Count("podCIDRs") == 0 && one.Length > 0)
        {
            spec["podCIDRs"] = new JsonArray(one);
        }
        else if (spec["podCIDRs"] is JsonArray { Count: > 0 } ranges && (string?)ranges[0] is { Length: > 0 } first && first != one)
        {
            // The one range wins, as in upstream's conversion.
            if (one.Length == 0)
            {
                spec["podCIDR"] = first;
            }
            else
            {
                spec["podCIDRs"] = new JsonArray(one);
            }
        }
    }

    private static string Status(JsonObject node)
    {
        var ready = node.Condition("Ready") switch { "True" => "Ready", null => "Unknown", _ => "NotReady" };
        return node.Flag("spec.unschedulable") ? ready + ",SchedulingDisabled" : ready;
    }

    private static string Roles(JsonObject node)
    {
        var labels = node.Child("metadata").Child("labels") ?? [];
        var roles = labels
            .Select(p => p.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? p.Key[RolePrefix.Length..]
                : p.Key == RoleLabel ? (string?)p.Value ?? ""
                : "")
            .Where(role => role.Length > 0).Distinct().Order(StringComparer.Ordinal);
        return Columns.OrElse(Columns.Join(roles), Columns.None);
    }

    private static string Address(JsonObject node, string type) => Columns.OrElse(
        node.Child("status").Items("addresses").FirstOrDefault(a => a.Text("type") == type).Text("address"), Columns.None);

    private static string Info(JsonObject node, string field) =>
        Columns.OrElse(node.Text("status.nodeInfo." + field), Columns.Unknown);
}
