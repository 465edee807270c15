using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>Ingresses: https://kubernetes.io/docs/concepts/services-networking/ingress/</summary>
internal sealed class IngressResource : ResourceStrategy
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";

    private const int MaxHostsShown = 3;

    /// <inheritdoc/>
    public override bool TracksGeneration => true;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        IngressRules.Validate(obj, null, errors);
        if (ObjectMetadata.Of(obj).Annotation(ClassAnnotation) is { } annotated
            && obj.At("spec.ingressClassName") is not null && annotated != obj.Text("spec.ingressClassName"))
        {
            errors.Invalid(
                FieldPath.Of("annotations", ClassAnnotation), annotated,
                "must match `ingressClassName` when both are specified");
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        IngressRules.Validate(obj, old, errors);

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        IngressRules.ValidateStatus(obj, old, errors);

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        if (old is null && ObjectMetadata.Of(obj).Annotation(ClassAnnotation) is not null)
        {
            yield return $"annotation \"{ClassAnnotation}\" is deprecated, please use 'spec.ingressClassName' instead";
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Class", "Which controller serves it", "spec.ingressClassName", Columns.None),
        Columns.Text("Hosts", "Host names that it routes", Hosts),
        Columns.Text("Address", "Addresses of its load balancer", ServiceColumns.LoadBalancer),
        Columns.Text("Ports", "Ports on which it listens", o => o.Count("spec.tls") > 0 ? "80, 443" : "80"),
        Columns.Age,
    ];

    private static string Hosts(JsonObject ingress)
    {
        // Upstream stops looking when it has enough, and counts all rules then, also those without a host.
        var rules = ingress.Child("spec").Items("rules").Select(r => r.Text("host")).ToList();
        var hosts = rules.Where(h => h.Length > 0).ToList();
        if (hosts.Count == 0)
        {
            return "*";
        }

        var shown = Columns.Join(hosts.Take(MaxHostsShown));
        var enough = hosts.Count >= MaxHostsShown && rules.IndexOf(hosts[MaxHostsShown - 1]) < rules.Count - 1;
        return enough ? $"{shown} + {rules.Count - MaxHostsShown} more..." : shown;
    }
}
