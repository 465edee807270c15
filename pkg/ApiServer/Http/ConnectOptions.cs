using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Kube1.ApiServer.Http;

/// <summary>
/// What a stream or proxy is asked to do, as the object that admission sees: PodExecOptions and its like, read from the
/// query.
/// </summary>
internal static class ConnectOptions
{
    /// <summary>The options of a request; null for a subresource that is none of those.</summary>
    public static JsonObject? Of(RequestInfo info, IQueryCollection query)
    {
        switch (info.Subresource)
        {
            case "exec":
                var exec = Streams("PodExecOptions", query);
                exec["command"] = new JsonArray([.. query["command"].Select(c => JsonValue.Create(c ?? ""))]);
                return exec;
            case "attach":
                return Streams("PodAttachOptions", query);
            case "portforward":
                return PortForward(query);
            case "proxy":
                var kind = info.Resource switch
                {
                    "pods" => "PodProxyOptions",
                    "services" => "ServiceProxyOptions",
                    _ => "NodeProxyOptions",
                };
                var proxy = Options(kind);
                proxy["path"] = "/" + info.Rest;
                return proxy;
            default:
                return null;
        }
    }

    // stdout and stderr unless the client says otherwise; what is false is left out.
    private static JsonObject Streams(string kind, IQueryCollection query)
    {
        var options = Options(kind);
        foreach (var (name, absent) in new[] { ("stdin", false), ("stdout", true), ("stderr", true), ("tty", false) })
        {
            if (IsTrue(query[name], absent))
            {
                options[name] = true;
            }
        }

        if (query["container"].ToString() is { Length: > 0 } container)
        {
            options["container"] = container;
        }

        return options;
    }

    private static JsonObject PortForward(IQueryCollection query)
    {
        var options = Options("PodPortForwardOptions");
        var ports = query["ports"].SelectMany(p => (p ?? "").Split(','))
            .Select(p => ushort.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? JsonValue.Create((int)port)
                : throw ApiErrors.BadRequest(
                    $"cannot convert to []int32: strconv.ParseUint: parsing {GoText.Quote(p)}: invalid syntax"));
        options["ports"] = new JsonArray([.. ports]);
        return options;
    }

    private static JsonObject Options(string kind) => new() { ["kind"] = kind, ["apiVersion"] = "v1" };

    private static bool IsTrue(StringValues value, bool absent) => value.Count == 0
        ? absent
        : value[0] is "" or "1" or "t" or "T" or "true" or "True" or "TRUE";
}
