using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Networking;

/// <summary>
/// IPAddresses: that an address of the Services' ranges is taken, and by whom. The name is the address.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/ip-address-v1/
/// </summary>
internal sealed class IpAddressResource : ResourceStrategy
{
    private static readonly FieldPath Parent = FieldPath.Of("spec", "parentRef");

    /// <inheritdoc/>
    public override IReadOnlyList<string> ValidateName(string name, bool prefix) =>
        AddressRules.WrongCanonicalIP(name) is { } wrong ? [wrong] : [];

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors) =>
        ParentReferenceRules.ValidateParent(obj.Child("spec").Child("parentRef"), Parent, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        errors.Immutable(Parent, obj.At("spec.parentRef"), old.At("spec.parentRef"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [Columns.Name, Columns.Text("ParentRef", "Who has taken it", ParentText)];

    private static string ParentText(JsonObject obj)
    {
        if (obj.Child("spec").Child("parentRef") is not { } parent)
        {
            return Columns.None;
        }

        var group = parent.Text("group") is { Length: > 0 } text ? "." + text : "";
        var ns = parent.Text("namespace") is { Length: > 0 } name ? "/" + name : "";
        return $"{(parent.Text("resource") + group).ToLowerInvariant()}{ns}/{parent.Text("name")}";
    }
}
