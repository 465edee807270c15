namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>The types of the conditions of a CustomResourceDefinition.</summary>
internal static class DefinitionConditions
{
    public const string NamesAccepted = "NamesAccepted";
    public const string Established = "Established";
    public const string Terminating = "Terminating";
    public const string NonStructuralSchema = "NonStructuralSchema";
    public const string ApprovalPolicy = "KubernetesAPIApprovalPolicyConformant";
}
