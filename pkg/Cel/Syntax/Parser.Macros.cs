using System.Collections.Immutable;
using Kube1.Cel.Functions;

namespace Kube1.Cel.Syntax;

/// <summary>The replacement of macros.</summary>
internal sealed partial class Parser
{
    // Null when the call is no macro.
    private CelExpression? Expand(int id, string function, CelExpression? target, ImmutableArray<CelExpression> arguments)
    {
        if (failed || !environment.TryFindMacro(function, arguments.Length, target is not null, out var macro))
        {
            return null;
        }

        var expansion = new Expansion(this, offsets[id]);
        var result = macro.Expand(expansion, target, arguments);
        if (result is not null)
        {
            SetDepth(result.Id, Math.Max(depths[result.Id], depths[id]));
        }

        return result;
    }

    private sealed class Expansion(Parser parser, int offset) : CelMacroExpansion
    {
        public override CelExpression Fail(CelExpression at, string message)
        {
            parser.ReportAt(Math.Max(0, parser.offsets[at.Id]), message);
            return parser.Invalid(offset);
        }

        // Copies of copies, as in a chain of optMap, would double the tree with each link.
        public override CelExpression Copy(CelExpression expression)
        {
            if (parser.offsets.Count > MaxNodes)
            {
                parser.FailWithout($"expression grows to more than {MaxNodes} nodes");
                return expression;
            }

            var id = parser.NewId(parser.offsets[expression.Id], parser.Depth(expression));
            return expression switch
            {
                LiteralExpression e => new LiteralExpression(id, e.Value),
                IdentifierExpression e => new IdentifierExpression(id, e.Name),
                SelectExpression e => new SelectExpression(id, Copy(e.Operand), e.Field, e.IsTest),
                CallExpression e => new CallExpression(
                    id, e.Function, e.Target is null ? null : Copy(e.Target), [.. e.Arguments.Select(Copy)]),
                ListExpression e => new ListExpression(id, [.. e.Elements.Select(Copy)], e.Optionals),
                MapExpression e => new MapExpression(id, [.. e.Entries.Select(entry => new MapEntry(
                    parser.NewId(parser.offsets[entry.Id]), Copy(entry.Key), Copy(entry.Value), entry.IsOptional))]),
                ObjectExpression e => new ObjectExpression(id, e.TypeName, [.. e.Fields.Select(field => new FieldEntry(
                    parser.NewId(parser.offsets[field.Id]), field.Name, Copy(field.Value), field.IsOptional))]),
                ComprehensionExpression e => new ComprehensionExpression(
                    id, Copy(e.Range), e.Variable, e.SecondVariable, e.Accumulator, Copy(e.Initial),
                    Copy(e.Condition), Copy(e.Step), Copy(e.Result)),
                _ => throw new ArgumentException($"no copy of {expression.GetType().Name}", nameof(expression)),
            };
        }

        protected override int NextId() => parser.NewId(offset);
    }
}
