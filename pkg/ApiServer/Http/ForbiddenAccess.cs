using System.Text;
using Kube1.Api;
using Kube1.Api.Errors;
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
        if (!asked.IsResourceRequest)
        {
            var path = $"forbidden: User \"{asked.User.Name}\" cannot {asked.Verb} path \"{asked.Path}\"";
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
        var text = new StringBuilder(
            $"User \"{asked.User.Name}\" cannot {asked.Verb} resource \"{resource}\" in API group \"{asked.ApiGroup}\"");
        text.Append(asked.Namespace.Length == 0
            ? " at the cluster scope"
            : $" in the namespace \"{asked.Namespace}\"");
        if (reason.Length > 0)
        {
            text.Append(": ").Append(reason);
        }

        return ApiErrors.Forbidden(new GroupResource(asked.ApiGroup, asked.Resource), asked.Name, text.ToString());
    }
}
