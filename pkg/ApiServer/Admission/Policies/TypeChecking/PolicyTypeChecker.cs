using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Cel;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Admission.Policies.TypeChecking;

/// <summary>What may be wrong with an expression.</summary>
/// <param name="FieldRef">"spec.validations[0].expression".</param>
/// <param name="Warning">What is wrong, for each kind for which it is.</param>
internal sealed record ExpressionWarning(string FieldRef, string Warning);

/// <summary>
/// Checks a ValidatingAdmissionPolicy's expressions against the kinds that it names: fields that they do not have, values of
/// other types. The policy holds all the same
/// (k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go).
/// </summary>
internal sealed class PolicyTypeChecker(Func<ResourceTable> resources)
{
    /// <summary>For more kinds of one rule expressions are not checked; as upstream.</summary>
    private const int MaxKindsOfARule = 10;

    /// <summary>The warnings, in the order of the expressions.</summary>
    public IReadOnlyList<ExpressionWarning> Check(JsonObject policy, CancellationToken cancellationToken)
    {
        var spec = policy.Child("spec");
        var parameterKind = spec.Child("paramKind");
        var parameters = parameterKind is null ? null : TypesOf(
            GroupVersionKind.Of(parameterKind.Text("apiVersion"), parameterKind.Text("kind")));
        List<(GroupVersionKind Kind, CelEnvironment Environment)> environments =
        [
            .. KindsOf(spec).Select(kind => (Kind: kind, Types: TypesOf(kind))).Where(k => k.Types is not null)
                .Select(k => (k.Kind, EnvironmentOf(spec, k.Types!, parameterKind is not null, parameters))),
        ];
        var warnings = new List<ExpressionWarning>();
        foreach (var (validation, index) in spec.Items("validations").Select((v, i) => (v, i)))
        {
            foreach (var field in new[] { "expression", "messageExpression" })
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (validation.Text(field) is { Length: > 0 } expression && Check(environments, expression) is { } warning)
                {
                    warnings.Add(new ExpressionWarning($"spec.validations[{index}].{field}", warning));
                }
            }
        }

        return warnings;
    }

    private static string? Check(List<(GroupVersionKind Kind, CelEnvironment Environment)> environments, string expression)
    {
        List<string> found =
        [
            .. environments.Select(e => (e.Kind, Compiled: e.Environment.Compile(expression)))
                .Where(e => !e.Compiled.Issues.IsEmpty)
                .Select(e => $"{e.Kind.GoText}: {e.Compiled.Text}\n"),
        ];
        return found.Count == 0 ? null : string.Join('\n', found);
    }

    // As upstream, without the authorizer's check of the request.
    private static CelEnvironment EnvironmentOf(
        JsonObject? spec, KindTypes types, bool hasParameters, KindTypes? parameters)
    {
        var variables = new PolicyTypes();
        var environment = ExpressionEnvironment.Base.WithProvider(new Together(variables, types, parameters))
            .WithVariable("object", types.Type ?? CelType.Dyn)
            .WithVariable("oldObject", types.Type ?? CelType.Dyn)
            .WithVariable("namespaceObject", AdmissionVariables.NamespaceType)
            .WithVariable("request", AdmissionVariables.RequestType)
            .WithVariable("authorizer", AuthorizationLibrary.AuthorizerType)
            .WithVariable("variables", PolicyTypes.Variables);
        if (hasParameters)
        {
            environment = environment.WithVariable("params", parameters?.Type ?? CelType.Dyn);
        }

        foreach (var variable in spec.Items("variables"))
        {
            variables.Add(
                variable.Text("name"),
                environment.Compile(variable.Text("expression")).Program?.ResultType ?? CelType.Dyn);
        }

        return environment;
    }

    private SortedSet<GroupVersionKind> KindsOf(JsonObject? spec)
    {
        var kinds = new SortedSet<GroupVersionKind>(Comparer<GroupVersionKind>.Create(static (a, b) =>
            (string.CompareOrdinal(a.Group, b.Group), string.CompareOrdinal(a.Version, b.Version)) switch
            {
                (not 0 and var group, _) => group,
                (_, not 0 and var version) => version,
                _ => string.CompareOrdinal(a.Kind, b.Kind),
            }));
        foreach (var rule in spec.Child("matchConstraints").Items("resourceRules"))
        {
            var found = KindsOfRule(rule).Take(MaxKindsOfARule).ToList();
            kinds.UnionWith(found);
            if (found.Count == MaxKindsOfARule)
            {
                break;
            }
        }

        return kinds;
    }

    // Whatever a star stands for is not looked up.
    private IEnumerable<GroupVersionKind> KindsOfRule(JsonObject rule)
    {
        List<string> groups = [.. rule.Texts("apiGroups").Order(StringComparer.Ordinal)];
        List<string> versions = [.. rule.Texts("apiVersions").Order(StringComparer.Ordinal)];
        if (groups.Concat(versions).Any(text => text.Contains('*', StringComparison.Ordinal)))
        {
            return [];
        }

        return
            from g in groups
            from v in versions
            from r in rule.Texts("resources").Where(r => !r.AsSpan().ContainsAny('*', '/')).Order(StringComparer.Ordinal)
            from kind in KindsFor(g, v, r)
            select kind;
    }

    // Without a group any will do: that is how upstream's mapper takes the core group's name.
    private IEnumerable<GroupVersionKind> KindsFor(string group, string version, string name) => resources().All
        .Select(r => r.Descriptor)
        .Where(d => d.Resource.Version == version && (group.Length == 0 || d.Resource.Group == group)
            && (d.Resource.Resource == name || d.Singular == name))
        .Select(d => d.Kind).Distinct();

    private KindTypes? TypesOf(GroupVersionKind kind) =>
        resources().All.FirstOrDefault(r => r.Descriptor.Kind == kind) is { } resource ? KindTypes.Of(resource) : null;

    /// <summary>The types of the policy's own variables, of its objects and of its parameters.</summary>
    private sealed class Together(PolicyTypes variables, KindTypes objects, KindTypes? parameters) : CelTypeProvider
    {
        public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
        {
            type = null;
            return false;
        }

        public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
        {
            if (variables.TryFindField(typeName, field, out type) || objects.TryFindField(typeName, field, out type))
            {
                return true;
            }

            return parameters is not null && parameters.TryFindField(typeName, field, out type);
        }
    }
}
