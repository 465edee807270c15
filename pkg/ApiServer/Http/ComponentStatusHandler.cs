using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Storage;

namespace Kube1.ApiServer.Http;

/// <summary>
/// The deprecated ComponentStatus list. Only the store is judged: the other components of upstream's list are parts of
/// this process and have no health of their own.
/// </summary>
internal sealed class ComponentStatusHandler(Store store) : ISubresourceHandler
{
    private const string StoreName = "etcd-0";

    /// <inheritdoc/>
    public ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        request.Warn("v1 ComponentStatus is deprecated in v1.19+");
        if (request.Info.Verb == "list")
        {
            return request.WriteAsync(200, new JsonObject
            {
                ["kind"] = "ComponentStatusList",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["items"] = new JsonArray(Status()),
            }, cancellationToken);
        }

        if (request.Info.Name != StoreName)
        {
            throw ApiErrors.NotFound(new GroupResource("", "componentstatuses"), request.Info.Name);
        }

        return request.WriteAsync(200, Status(), cancellationToken);
    }

    private JsonObject Status() => new()
    {
        ["kind"] = "ComponentStatus",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = StoreName },
        ["conditions"] = new JsonArray(new JsonObject
        {
            ["type"] = "Healthy",
            ["status"] = store.WriteFailure is null ? "True" : "False",
            ["message"] = store.WriteFailure?.Message ?? "ok",
        }),
    };
}
