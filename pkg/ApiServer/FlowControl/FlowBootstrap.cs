using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.FlowControl;

/// <summary>Creates the objects of <see cref="BootstrapFlowObjects"/> that are missing and brings the others up to date.</summary>
internal sealed class FlowBootstrap(IObjectRegistry registry)
{
    private const string Group = "flowcontrol.apiserver.k8s.io";

    /// <summary>Runs once at each start, before any request.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await EnsureAsync("prioritylevelconfigurations", BootstrapFlowObjects.MandatoryLevels, true, cancellationToken)
            .ConfigureAwait(false);
        await EnsureAsync("prioritylevelconfigurations", BootstrapFlowObjects.SuggestedLevels, false, cancellationToken)
            .ConfigureAwait(false);
        await EnsureAsync("flowschemas", BootstrapFlowObjects.MandatorySchemas, true, cancellationToken)
            .ConfigureAwait(false);
        await EnsureAsync("flowschemas", BootstrapFlowObjects.SuggestedSchemas, false, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task EnsureAsync(
        string resource, IReadOnlyList<JsonObject> wanted, bool mandatory, CancellationToken cancellationToken)
    {
        var descriptor = ResourceCatalog.Find(new GroupVersionResource(Group, "v1", resource))!;
        foreach (var obj in wanted)
        {
            var name = obj.Text("metadata.name");
            if (registry.Find(descriptor, null, name) is not { } stored)
            {
                await registry.TryCreateAsync(descriptor, obj.DeepClone().AsObject(), cancellationToken).ConfigureAwait(false);
            }
            else if (BootstrapFlowObjects.MayUpdate(stored, mandatory) && !IsUpToDate(name, stored, obj))
            {
                await registry.UpdateAsync(descriptor, null, name, current => Correct(current, obj), cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    // How much "exempt" counts is the administrator's choice, though the object is mandatory.
    private static bool IsUpToDate(string name, JsonObject stored, JsonObject wanted) =>
        SemanticEquality.Same(stored["spec"], wanted["spec"])
        || (name == "exempt" && stored.Text("spec.type") == "Exempt");

    private static bool Correct(JsonObject current, JsonObject wanted)
    {
        if (SemanticEquality.Same(current["spec"], wanted["spec"]))
        {
            return false;
        }

        current["spec"] = wanted["spec"]!.DeepClone();
        current["metadata"]!["generation"] = (current.Integer("metadata.generation") ?? 0) + 1;
        return true;
    }
}
