using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Http;

/// <summary>Answers with a metav1.Status.</summary>
internal static class StatusResponse
{
    /// <summary>Renders a Status with its code, in the form that was asked for when there is one.</summary>
    public static async ValueTask WriteAsync(RequestScope scope, V1Status status)
    {
        var response = scope.Http.Response;
        var code = status.Code ?? 500;
        if (status.Details?.RetryAfterSeconds is { } seconds and > 0)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var json = KubeBytes.LineOf(ToJson(status));
        scope.Audit?.RecordStatus(status);
        scope.Audit?.RecordResponse(json.Span);
        await ResponseBody.WriteAsync(scope, code, Accepted.ForStatus(scope.Http.Request), json, scope.Aborted)
            .ConfigureAwait(false);
    }

    /// <summary>The wire form: kind and apiVersion first, an empty metadata always there.</summary>
    public static JsonObject ToJson(V1Status status)
    {
        status.Kind = "Status";
        status.ApiVersion = "v1";
        var json = KubeJson.ToJson(status);
        var ordered = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = json["metadata"]?.DeepClone() ?? new JsonObject(),
        };
        foreach (var (name, value) in json)
        {
            if (name is not ("kind" or "apiVersion" or "metadata"))
            {
                ordered[name] = value?.DeepClone();
            }
        }

        return ordered;
    }
}
