using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>A kind that parameters have.</summary>
internal sealed record ParameterKind(string ApiVersion, string Kind)
{
    /// <summary>As upstream's messages show it.</summary>
    public override string ToString() => $"&ParamKind{{APIVersion:{ApiVersion},Kind:{Kind},}}";
}

/// <summary>
/// What all admission policies have, compiled once a revision: what they are about, their conditions, their variables.
/// </summary>
internal abstract class CompiledPolicy
{
    private readonly Dictionary<string, PolicyExpression> _variables = new(StringComparer.Ordinal);

    /// <summary>Compiles a policy. What is wrong with its expressions is told when they are evaluated.</summary>
    protected CompiledPolicy(JsonObject policy)
    {
        Spec = policy.Child("spec") ?? [];
        Name = policy.Text("metadata.name");
        Match = Spec.Child("matchConstraints") is { } match ? new ResourceMatch(match) : null;
        IsIgnoredOnFailure = Spec.Text("failurePolicy") == "Ignore";
        ParameterKind = Spec.Child("paramKind") is { } kind
            ? new ParameterKind(kind.Text("apiVersion"), kind.Text("kind")) : null;
        Environment = PolicyEnvironment.Create(Types, ParameterKind is not null);
        foreach (var variable in Spec.Items("variables"))
        {
            // A variable may use those before it.
            var (name, expression) = (
                variable.Text("name"), PolicyExpression.Compile(Environment, variable.Text("expression")));
            Types.Add(name, expression.Program?.ResultType ?? CelType.Dyn);
            _variables[name] = expression;
        }

        Conditions = MatchConditions.Compile(
            new MatchConditionOwner(Name, "policy", AdmissionMetrics.Validate),
            Spec.Items("matchConditions").Select(c => c.Text("expression")), Environment);
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

    /// <summary>The policy as it is written.</summary>
    protected JsonObject Spec { get; }

    /// <summary>The types of its variables.</summary>
    protected PolicyTypes Types { get; } = new();

    /// <summary>What its expressions may use.</summary>
    protected CelEnvironment Environment { get; }

    /// <summary>Evaluates the conditions.</summary>
    public MatchOutcome Meets(PolicyInput input, CelValue parameters, CancellationToken cancellationToken) =>
        Conditions?.Evaluate(input, parameters, Variables, cancellationToken) ?? new MatchOutcome(true);
}
