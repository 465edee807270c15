using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>What clients of a deprecated version are warned of.</summary>
internal static class CustomDeprecation
{
    /// <summary>The definition's own text, or one that names the best version to use instead; null for none.</summary>
    public static string? WarningOf(JsonObject spec, JsonObject version)
    {
        if (!version.Flag("deprecated"))
        {
            return null;
        }

        if (version["deprecationWarning"] is not null)
        {
            return version.Text("deprecationWarning");
        }

        var (group, kind, name) = (spec.Text("group"), spec.Text("names.kind"), version.Text("name"));
        var better = spec.Items("versions")
            .Where(v => v.Flag("served") && !v.Flag("deprecated")).Select(v => v.Text("name"))
            .Where(v => KubeVersionOrder.Instance.Compare(name, v) > 0)
            .Order(KubeVersionOrder.Instance).FirstOrDefault();
        var warning = $"{group}/{name} {kind} is deprecated";
        return better is null ? warning : $"{warning}; use {group}/{better} {kind}";
    }
}
