using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>One validation: what must be true, and what is said when it is not.</summary>
internal sealed record PolicyValidation(
    PolicyExpression Expression, PolicyExpression? MessageExpression, string Message, string Reason);

/// <summary>A remark for the audit log.</summary>
internal sealed record PolicyAnnotation(string Key, PolicyExpression Value);

/// <summary>A kind that parameters have.</summary>
internal sealed record ParameterKind(string ApiVersion, string Kind)
{
    /// <summary>As upstream's messages show it.</summary>
    public override string ToString() => $"&ParamKind{{APIVersion:{ApiVersion},Kind:{Kind},}}";
}

/// <summary>A ValidatingAdmissionPolicy, compiled once a revision.</summary>
internal sealed class CompiledPolicy
{
    private readonly Dictionary<string, PolicyExpression> _variables = new(StringComparer.Ordinal);

    /// <summary>Compiles a policy. What is wrong with its expressions is told when they are evaluated.</summary>
    public CompiledPolicy(JsonObject policy)
    {
        var spec = policy.Child("spec") ?? [];
        Name = policy.Text("metadata.name");
        Match = spec.Child("matchConstraints") is { } match ? new ResourceMatch(match) : null;
        IsIgnoredOnFailure = spec.Text("failurePolicy") == "Ignore";
        ParameterKind = spec.Child("paramKind") is { } kind
            ? new ParameterKind(kind.Text("apiVersion"), kind.Text("kind")) : null;
        var types = new PolicyTypes();
        var environment = PolicyEnvironment.Create(types, ParameterKind is not null);
        foreach (var variable in spec.Items("variables"))
        {
            // A variable may use those before it.
            var (name, expression) = (
                variable.Text("name"), PolicyExpression.Compile(environment, variable.Text("expression")));
            types.Add(name, expression.Program?.ResultType ?? CelType.Dyn);
            _variables[name] = expression;
        }

        Conditions = MatchConditions.Compile(
            spec.Items("matchConditions").Select(c => c.Text("expression")), environment);
        Validations =
        [
            .. spec.Items("validations").Select(v => new PolicyValidation(
                PolicyExpression.Compile(environment, v.Text("expression"), CelType.Bool),
                v.Text("messageExpression") is { Length: > 0 } message
                    ? PolicyExpression.Compile(environment, message, CelType.String) : null,
                v.Text("message"), v.Text("reason"))),
        ];
        Annotations =
        [
            .. spec.Items("auditAnnotations").Select(a => new PolicyAnnotation(
                a.Text("key"),
                PolicyExpression.Compile(environment, a.Text("valueExpression"), CelType.String, CelType.Null))),
        ];
    }

    /// <summary>The policy's name.</summary>
    public string Name { get; }

    /// <summary>What it is about; null for none, which validation does not let happen.</summary>
    public ResourceMatch? Match { get; }

    /// <summary>Whether requests pass when it cannot be evaluated.</summary>
    public bool IsIgnoredOnFailure { get; }

    /// <summary>The kind of its parameters; null for none.</summary>
    public ParameterKind? ParameterKind { get; }

    /// <summary>When it is about a write at all; null for always.</summary>
    public MatchConditions? Conditions { get; }

    /// <summary>The variables by name.</summary>
    public IReadOnlyDictionary<string, PolicyExpression> Variables => _variables;

    /// <summary>What it asks for.</summary>
    public IReadOnlyList<PolicyValidation> Validations { get; }

    /// <summary>What it remarks.</summary>
    public IReadOnlyList<PolicyAnnotation> Annotations { get; }
}
