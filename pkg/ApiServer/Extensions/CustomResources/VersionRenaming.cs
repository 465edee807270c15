using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>The strategy None: all versions have the same fields, and only apiVersion changes.</summary>
internal sealed class VersionRenaming : ICustomResourceConverter
{
    /// <summary>It has no state.</summary>
    public static VersionRenaming Instance { get; } = new();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken)
    {
        foreach (var obj in objects)
        {
            obj["apiVersion"] = apiVersion;
        }

        return new(objects);
    }
}
