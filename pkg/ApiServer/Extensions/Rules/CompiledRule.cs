using System.Collections.Immutable;
using Kube1.ApiServer.Expressions;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel;
using Kube1.Cel.Costs;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// One rule of x-kubernetes-validations, ready for use (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel
/// compilation.go).
/// </summary>
internal sealed class CompiledRule
{
    private CompiledRule(ValidationRule rule) => Rule = rule;

    /// <summary>As it is written.</summary>
    public ValidationRule Rule { get; }

    /// <summary>What must be true; null when there is an error.</summary>
    public CelProgram? Program { get; private init; }

    /// <summary>Why there is no program; null when there is one, or nothing was written.</summary>
    public string? Error { get; private init; }

    /// <summary>Whether it compares with what was before.</summary>
    public bool UsesOldSelf { get; private init; }

    /// <summary>The most that one evaluation can cost.</summary>
    public ulong MaxCost { get; private init; }

    /// <summary>Makes the message; null for none, or when there is an error.</summary>
    public CelProgram? Message { get; private init; }

    /// <summary>Why the message cannot be made.</summary>
    public string? MessageError { get; private init; }

    /// <summary>The most that making the message can cost.</summary>
    public ulong MessageMaxCost { get; private init; }

    /// <summary>The field to blame below the value; empty for the value.</summary>
    public string FieldPath { get; private init; } = "";

    /// <summary>What errors call the rule: its message, else its expression.</summary>
    public string Title => (Rule.Message.Length > 0 ? Rule.Message : Rule.Rule).Trim();

    /// <summary>
    /// Compiles the rules of one schema; <paramref name="place"/> is the schema of the values that they are about, which
    /// is another one for rules within allOf.
    /// </summary>
    public static ImmutableArray<CompiledRule> CompileAll(
        IReadOnlyList<ValidationRule> rules, StructuralSchema place, DeclaredType self, DeclaredTypes types)
    {
        if (rules.Count == 0)
        {
            return [];
        }

        var common = ExpressionEnvironment.Base.WithProvider(types).WithVariable(SelfActivation.Self, self.Type);
        var plain = common.WithVariable(SelfActivation.OldSelf, self.Type);
        var optional = common.WithVariable(SelfActivation.OldSelf, CelType.Optional(self.Type));
        CelSizeEstimator sizes = node => SizeOf(self, node);
        return [.. rules.Select(rule => Compile(rule, rule.OptionalOldSelf == true ? optional : plain, place, sizes))];
    }

    private static CompiledRule Compile(
        ValidationRule rule, CelEnvironment environment, StructuralSchema place, CelSizeEstimator sizes)
    {
        if (rule.Rule.AsSpan().Trim().IsEmpty)
        {
            return new CompiledRule(rule);
        }

        var compiled = environment.Compile(rule.Rule);
        var error = !compiled.Issues.IsEmpty ? "compilation failed: " + compiled.Text
            : compiled.Program is { ResultType.Kind: not CelKind.Bool } ? "cel expression must evaluate to a bool"
            : compiled.ProgramError is { } text ? "program instantiation failed: " + text
            : null;
        if (error is not null)
        {
            return new CompiledRule(rule) { Error = error };
        }

        var (message, messageError) = CompileMessage(rule, environment);
        return new CompiledRule(rule)
        {
            Program = compiled.Program,
            UsesOldSelf = compiled.Program!.RefersTo(SelfActivation.OldSelf),
            MaxCost = compiled.Program.EstimateCost(sizes).Max,
            Message = message,
            MessageError = messageError,
            MessageMaxCost = message?.EstimateCost(sizes).Max ?? 0,
            FieldPath = Normalize(rule.FieldPath, place),
        };
    }

    private static (CelProgram? Program, string? Error) CompileMessage(ValidationRule rule, CelEnvironment environment)
    {
        if (rule.MessageExpression.Length == 0)
        {
            return default;
        }

        var compiled = environment.Compile(rule.MessageExpression);
        var error = !compiled.Issues.IsEmpty ? "messageExpression compilation failed: " + compiled.Text
            : compiled.Program is { ResultType.Kind: not CelKind.String } ? "messageExpression must evaluate to a string"
            : compiled.ProgramError is { } text ? "messageExpression instantiation failed: " + text
            : null;
        return error is null ? (compiled.Program, null) : (null, error);
    }

    private static string Normalize(string path, StructuralSchema place)
    {
        if (path.Length == 0)
        {
            return "";
        }

        try
        {
            return SchemaFieldPath.Resolve(path, place).Text;
        }
        catch (FormatException)
        {
            // Validation lets no such path in; the value as a whole is then to blame.
            return "";
        }
    }

    // What the schema says of the size of a part of self or oldSelf.
    private static SizeEstimate? SizeOf(DeclaredType self, CelCostNode node)
    {
        if (node.Path.IsEmpty)
        {
            return null;
        }

        var type = self;
        foreach (var step in node.Path.AsSpan()[1..])
        {
            var next = step switch
            {
                "@items" or "@values" => type.Element,
                "@keys" => type.Key,
                _ => type.Fields?.GetValueOrDefault(step),
            };
            if (next is null)
            {
                return null;
            }

            type = next;
        }

        return new SizeEstimate(0, (ulong)type.MaxElements);
    }
}
