using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Http;

/// <summary>Writes through /scale as admission sees them: Scales, of which only the wanted replicas come back.</summary>
internal sealed class ScaleAdmission(ScaleMapping mapping) : IAdmissionForm
{
    /// <inheritdoc/>
    public JsonObject Of(JsonObject obj) => ScaleEndpoint.ToScale(mapping, obj);

    /// <inheritdoc/>
    public JsonObject Take(JsonObject admitted, JsonObject obj)
    {
        ScaleEndpoint.Set(obj, mapping.SpecReplicasPath, admitted["spec"]?["replicas"]?.DeepClone() ?? 0L);
        return obj;
    }
}
