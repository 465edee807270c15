using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Http;

/// <summary>The 403 of the authorizer, in upstream's words (k8s.io/apiserver/.../responsewriters Forbidden).</summary>
internal static class ForbiddenAccess
{
    /// <summary>pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "default"</summary>
    public static ApiException Of(RequestInfo info, UserInfo user, string reason) => Of(info.AttributesFor(user), reason);

    /// <summary>The same for a question that is not the request itself, such as whether to impersonate.</summary>
    public static ApiException Of(AuthorizationAttributes asked, string reason)
    {
        var who = $"User {GoText.Quote(asked.User.Name)} cannot {asked.Verb}";
        if (!asked.IsResourceRequest)
        {
            var path = "forbidden: " + Sanitized($"{who} path {GoText.Quote(asked.Path)}");
            return new ApiException(new V1Status
            {
                Status = "Failure",
                Code = 403,
                Reason = StatusReasons.Forbidden,
                Message = reason.Length == 0 ? path : $"{path}: {reason}",
                Details = new V1StatusDetails(),
            });
        }

        var resource = asked.Subresource.Length == 0 ? asked.Resource : asked.Resource + "/" + asked.Subresource;
        var where = asked.Namespace.Length == 0
            ? "at the cluster scope"
            : $"in the namespace {GoText.Quote(asked.Namespace)}";
        var text = Sanitized(
            $"{who} resource {GoText.Quote(resource)} in API group {GoText.Quote(asked.ApiGroup)} {where}");
        return ApiErrors.Forbidden(
            new GroupResource(asked.ApiGroup, asked.Resource), asked.Name, reason.Length == 0 ? text : $"{text}: {reason}");
    }

    /// <summary>What clients make up must not come back as HTML; quotes may.</summary>
    internal static string Sanitized(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
