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
    private static readonly CelEnvironment Conditions = Declare(new PolicyTypes(), hasParameters: false, hasAuthorizer: true);

    private static readonly CelEnvironment ConditionsWithParameters =
        Declare(new PolicyTypes(), hasParameters: true, hasAuthorizer: true);

    /// <summary>The environment of one policy; <paramref name="types"/> may get variables later.</summary>
    public static CelEnvironment Create(PolicyTypes types, bool hasParameters, bool hasAuthorizer = true) =>
        Declare(types, hasParameters, hasAuthorizer).WithVariable("variables", PolicyTypes.Variables);

    /// <summary>The environment of match conditions, which know no variables of a policy.</summary>
    public static CelEnvironment OfConditions(bool hasParameters) =>
        hasParameters ? ConditionsWithParameters : Conditions;

    private static CelEnvironment Declare(PolicyTypes types, bool hasParameters, bool hasAuthorizer)
    {
        var environment = ExpressionEnvironment.Base.WithProvider(types)
            .WithVariable("object", CelType.Dyn)
            .WithVariable("oldObject", CelType.Dyn)
            .WithVariable("namespaceObject", AdmissionVariables.NamespaceType)
            .WithVariable("request", AdmissionVariables.RequestType);
        if (hasAuthorizer)
        {
            environment = environment
                .WithVariable("authorizer", AuthorizationLibrary.AuthorizerType)
                .WithVariable("authorizer.requestResource", AuthorizationLibrary.ResourceCheckType);
        }

        return hasParameters ? environment.WithVariable("params", CelType.Dyn) : environment;
    }
}
