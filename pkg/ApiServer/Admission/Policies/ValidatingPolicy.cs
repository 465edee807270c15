using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>One validation: what must be true, and what is said when it is not.</summary>
internal sealed record PolicyValidation(
    PolicyExpression Expression, PolicyExpression? MessageExpression, string Message, string Reason);

/// <summary>A remark for the audit log.</summary>
internal sealed record PolicyAnnotation(string Key, PolicyExpression Value);

/// <summary>A ValidatingAdmissionPolicy, compiled once a revision.</summary>
internal sealed class ValidatingPolicy : CompiledPolicy
{
    /// <summary>Compiles a policy. What is wrong with its expressions is told when they are evaluated.</summary>
    public ValidatingPolicy(JsonObject policy)
        : base(policy)
    {
        var messages = PolicyEnvironment.Create(Types, ParameterKind is not null, hasAuthorizer: false);
        Validations =
        [
            .. Spec.Items("validations").Select(v => new PolicyValidation(
                PolicyExpression.Compile(Environment, v.Text("expression"), CelType.Bool),
                v.Text("messageExpression") is { Length: > 0 } message
                    ? PolicyExpression.Compile(messages, message, CelType.String) : null,
                v.Text("message"), v.Text("reason"))),
        ];
        Annotations =
        [
            .. Spec.Items("auditAnnotations").Select(a => new PolicyAnnotation(
                a.Text("key"),
                PolicyExpression.Compile(Environment, a.Text("valueExpression"), CelType.String, CelType.Null))),
        ];
    }

    /// <summary>What it asks for.</summary>
    public IReadOnlyList<PolicyValidation> Validations { get; }

    /// <summary>What it remarks.</summary>
    public IReadOnlyList<PolicyAnnotation> Annotations { get; }
}
