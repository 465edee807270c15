using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Services: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/</summary>
internal sealed class ServiceResource : ResourceStrategy
{
    private const long DefaultAffinitySeconds = 10800;

    /// <inheritdoc/>
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        switch ((string?)spec["sessionAffinity"])
        {
            case "None":
                spec.Remove("sessionAffinityConfig");
                break;
            case "ClientIP":
                spec.Ensure("sessionAffinityConfig").Ensure("clientIP").Default("timeoutSeconds", DefaultAffinitySeconds);
                break;
        }

        foreach (var port in spec.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null or JsonValue && IsUnset(port["targetPort"]) && port["port"] is { } number)
            {
                port["targetPort"] = number.AsLong();
            }
        }

        var type = (string?)spec["type"];
        if (type is "NodePort" or "LoadBalancer" or "ClusterIP")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
        }

        if (type is "NodePort" or "LoadBalancer" || (type == "ClusterIP" && spec["externalIPs"] is JsonArray { Count: > 0 }))
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
            foreach (var ingress in obj.Child("status").Child("loadBalancer").Items("ingress").Where(i => i.Text("ip").Length > 0))
            {
                ingress.Default("ipMode", "VIP");
            }
        }
    }

    /// <summary>A client that knows of one cluster IP only means the first of all.</summary>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj)
    {
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        var spec = obj.Ensure("spec");
        if (spec.Text("clusterIP") is { Length: > 0 } primary && spec.Count("clusterIPs") == 0)
        {
            spec["clusterIPs"] = new JsonArray(primary);
        }
    }

    /// <summary>Fields that only some types have go when the type changes, unless the client set them anew.</summary>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        Keep("status", obj, old);
        var (spec, before) = (obj.Ensure("spec"), old.Ensure("spec"));
        var (type, oldType) = ((string?)spec["type"], (string?)before["type"]);
        if (type != "ExternalName" && oldType != "ExternalName")
        {
            // A client that replaces a Service from a manifest does not know what was dealt out to it.
            CarryOverAddresses(spec, before);
            CarryOver(spec, before, "ipFamilies");
            CarryOver(spec, before, "ipFamilyPolicy");
        }

        if (type == "ExternalName" && oldType != "ExternalName")
        {
            DropUnchanged(spec, before, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");
        }

        if (HasNodePorts(spec) && HasNodePorts(before))
        {
            CarryOverNodePorts(spec, before);
            CarryOver(spec, before, "healthCheckNodePort");
        }
        else if (!HasNodePorts(spec))
        {
            DropUnchanged(spec, before, "externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort");
            DropUnchangedNodePorts(spec, before);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) => NameRules.Label(name, prefix);

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        ServiceRules.Validate(Annotations(obj), Spec(obj), errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        var spec = Spec(obj);
        ServiceRules.ValidateUpdate(spec, Spec(old), errors);
        ServiceRules.Validate(Annotations(obj), spec, errors);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        ServiceRules.ValidateStatus(
            KubeJson.Deserialize<V1ServiceStatus>(obj.Child("status") ?? []).LoadBalancer, old.Text("spec.type"), errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old) =>
        ServiceWarnings.Of(Annotations(obj), Spec(obj));

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
    [
        new("spec.clusterIP", static o => (string?)o["spec"]?["clusterIP"] ?? ""),
        new("spec.type", static o => (string?)o["spec"]?["type"] ?? ""),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns => ServiceColumns.All;

    /// <inheritdoc/>
    public override ValueTask<IReservation?> BeginCreateAsync(
        StrategyContext context, JsonObject obj, CancellationToken cancellationToken) =>
        new(ServiceReservation.Take(context, obj, null));

    /// <inheritdoc/>
    public override ValueTask<IReservation?> BeginUpdateAsync(
        StrategyContext context, JsonObject obj, JsonObject old, CancellationToken cancellationToken) =>
        new(ServiceReservation.Take(context, obj, old));

    /// <summary>Whether the Service's type has node ports.</summary>
    internal static bool HasNodePorts(JsonObject spec) => (string?)spec["type"] is "NodePort" or "LoadBalancer";

    private static V1ServiceSpec Spec(JsonObject obj) => KubeJson.Deserialize<V1ServiceSpec>(obj.Child("spec") ?? []);

    private static JsonObject? Annotations(JsonObject obj) => obj.Child("metadata").Child("annotations");

    /// <summary>
    /// Of clusterIP and clusterIPs a client may have changed only the one that it knows; the other one follows. What was
    /// dealt out stays when it names neither.
    /// </summary>
    private static void CarryOverAddresses(JsonObject spec, JsonObject before)
    {
        if (spec.Text("clusterIP").Length == 0 && spec.Count("clusterIPs") == 0)
        {
            CarryOver(spec, before, "clusterIP");
            CarryOver(spec, before, "clusterIPs");
            return;
        }

        var isSameList = spec.Count("clusterIPs") == 0 || JsonNode.DeepEquals(spec["clusterIPs"], before["clusterIPs"]);
        if (isSameList && spec.Text("clusterIP") is { Length: > 0 } primary)
        {
            spec["clusterIPs"] = primary == before.Text("clusterIP") && before["clusterIPs"] is { } known
                ? known.DeepClone()
                : new JsonArray(primary);
        }
        else if (spec.Text("clusterIP").Length == 0)
        {
            spec["clusterIP"] = spec.Texts("clusterIPs").First();
        }
    }

    private static bool IsUnset(JsonNode? target) => target is null
        || (target.GetValueKind() == System.Text.Json.JsonValueKind.String && (string?)target == "")
        || (target.GetValueKind() == System.Text.Json.JsonValueKind.Number && target.AsLong() == 0);

    private static void CarryOver(JsonObject spec, JsonObject before, string field)
    {
        if (spec[field] is null && before[field] is { } value)
        {
            spec[field] = value.DeepClone();
        }
    }

    private static void DropUnchanged(JsonObject spec, JsonObject before, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (JsonNode.DeepEquals(spec[field], before[field]))
            {
                spec.Remove(field);
            }
        }
    }

    private static void CarryOverNodePorts(JsonObject spec, JsonObject before)
    {
        var known = before.Items("ports").Where(p => p["nodePort"] is not null)
            .ToLookup(p => ((string?)p["protocol"], p["port"].AsLong()), p => p["nodePort"].AsLong() ?? 0);
        var given = spec.Items("ports").Select(p => p["nodePort"].AsLong() ?? 0).Where(p => p > 0).ToHashSet();
        foreach (var port in spec.Items("ports").Where(p => (p["nodePort"].AsLong() ?? 0) == 0))
        {
            var match = known[((string?)port["protocol"], port["port"].AsLong())].FirstOrDefault(p => !given.Contains(p));
            if (match > 0)
            {
                port["nodePort"] = match;
            }
        }
    }

    private static void DropUnchangedNodePorts(JsonObject spec, JsonObject before)
    {
        var known = before.Items("ports").Select(p => p["nodePort"].AsLong()).ToHashSet();
        foreach (var port in spec.Items("ports").Where(p => p["nodePort"] is { } n && known.Contains(n.AsLong())))
        {
            port.Remove("nodePort");
        }
    }
}
