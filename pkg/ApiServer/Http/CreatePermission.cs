namespace Kube1.ApiServer.Http;

/// <summary>
/// A PUT or an apply that finds no object creates it, which takes the permission to create besides the one for the
/// request.
/// </summary>
internal static class CreatePermission
{
    /// <summary>Throws 403 when the client may not create what the request names.</summary>
    public static void Demand(RequestScope scope)
    {
        var create = scope.Info with { Verb = "create", FieldSelector = "", LabelSelector = "" };
        var decision = scope.Core.Security.Authorizer.Authorize(create.AttributesFor(scope.User));
        if (!decision.Allowed)
        {
            throw ForbiddenAccess.Of(create, scope.User, decision.Reason);
        }
    }
}
