using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// The variables that expressions of admission may use. Objects are of type dyn: what fields they have is found when they
/// are evaluated.
/// </summary>
internal static class PolicyEnvironment
{
    /// <summary>The environment of one policy; <paramref name="types"/> may get variables later.</summary>
    public static CelEnvironment Create(PolicyTypes types, bool hasParameters)
    {
        var environment = ExpressionEnvironment.Base.WithProvider(types)
            .WithVariable("object", CelType.Dyn)
            .WithVariable("oldObject", CelType.Dyn)
            .WithVariable("namespaceObject", AdmissionVariables.NamespaceType.Type)
            .WithVariable("request", AdmissionVariables.RequestType.Type)
            .WithVariable("authorizer", AuthorizationLibrary.AuthorizerType)
            .WithVariable("authorizer.requestResource", AuthorizationLibrary.ResourceCheckType)
            .WithVariable("variables", PolicyTypes.Variables);
        return hasParameters ? environment.WithVariable("params", CelType.Dyn) : environment;
    }
}
