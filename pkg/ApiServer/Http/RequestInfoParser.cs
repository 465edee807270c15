using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>Reads a URL and method as upstream's RequestInfoFactory does.</summary>
internal static class RequestInfoParser
{
    /// <summary>/api/{version}/… or /apis/{group}/{version}/…; everything else is a plain path.</summary>
    public static RequestInfo Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var plain = new RequestInfo { Path = path, Verb = request.Method.ToLowerInvariant() };
        return parts switch
        {
            ["api", var version, .. { Length: > 0 } rest] =>
                Resource(request, plain with { ApiPrefix = "api", ApiVersion = version }, rest),
            ["apis", var group, var version, .. { Length: > 0 } rest] =>
                Resource(request, plain with { ApiPrefix = "apis", ApiGroup = group, ApiVersion = version }, rest),
            _ => plain,
        };
    }

    private static RequestInfo Resource(HttpRequest request, RequestInfo info, ReadOnlySpan<string> rest)
    {
        var verb = ExtendedConnect.MethodOf(request.HttpContext) switch
        {
            "POST" => "create",
            "GET" or "HEAD" => "get",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "",
        };

        // The legacy form of a watch: /api/v1/watch/namespaces/…
        var legacyWatch = rest is ["watch", _, ..];
        if (legacyWatch)
        {
            verb = "watch";
            rest = rest[1..];
        }

        info = Name(info, rest);
        var query = request.Query;
        info = info with
        {
            IsResourceRequest = true,
            FieldSelector = QueryValues.Text(query["fieldSelector"]),
            LabelSelector = QueryValues.Text(query["labelSelector"]),
        };
        if (info.Name.Length == 0 && verb == "get")
        {
            verb = QueryValues.IsTrue(query["watch"]) ? "watch" : "list";
        }
        else if (info.Name.Length == 0 && verb == "delete")
        {
            verb = "deletecollection";
        }

        // A selector on one name counts as a request for that object: the Node authorizer relies on it. Not so when a
        // collection is deleted: that is never a permission for some names only.
        if (verb is "list" or "watch" && info.Name.Length == 0)
        {
            info = info with { Name = NameOfSelector(info.FieldSelector) };
        }

        return info with { Verb = verb };
    }

    private static RequestInfo Name(RequestInfo info, ReadOnlySpan<string> rest) => rest switch
    {
        ["namespaces", var ns] => info with { Namespace = ns, Resource = "namespaces", Name = ns, IsNameInPath = true },
        ["namespaces", var ns, "status" or "finalize"] =>
            info with { Namespace = ns, Resource = "namespaces", Name = ns, IsNameInPath = true, Subresource = rest[2] },
        ["namespaces", var ns, .. var inner] => Named(info with { Namespace = ns }, inner),
        _ => Named(info, rest),
    };

    private static RequestInfo Named(RequestInfo info, ReadOnlySpan<string> rest) => info with
    {
        Resource = rest[0],
        Name = rest.Length > 1 ? rest[1] : "",
        IsNameInPath = rest.Length > 1,
        Subresource = rest.Length > 2 ? rest[2] : "",
        Rest = rest.Length > 3 ? string.Join('/', rest[3..]!) : "",
    };

    private static string NameOfSelector(string selector)
    {
        foreach (var term in selector.Split(','))
        {
            if (term.StartsWith("metadata.name=", StringComparison.Ordinal))
            {
                return term["metadata.name=".Length..].TrimStart('=');
            }
        }

        return "";
    }
}
