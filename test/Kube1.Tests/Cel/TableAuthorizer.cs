using Kube1.Cel.Libraries.Kubernetes;

namespace Kube1.Tests.Cel;

/// <summary>
/// An authorizer that allows to get, and tells in the reason what it was asked. The resource "broken" is an error.
/// </summary>
internal sealed record TableAuthorizer(string User) : ICelAuthorizer
{
    public CelAccessDecision Authorize(CelAccessRequest request)
    {
        var about = request.Path
            ?? $"{request.Group}/{request.Resource}/{request.Subresource} {request.Namespace}/{request.Name} "
            + $"[{request.FieldSelector}] [{request.LabelSelector}]";
        return request.Resource == "broken"
            ? new CelAccessDecision(false, "", "no answer")
            : new CelAccessDecision(request.Verb == "get", $"{User} {request.Verb} {about}", null);
    }

    public ICelAuthorizer ForServiceAccount(string serviceAccountNamespace, string name) =>
        new TableAuthorizer($"{serviceAccountNamespace}:{name}");
}
