using System.Collections.Immutable;
using Kube1.Cel.Checking;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Evaluation;

/// <summary>
/// Makes the steps of a program from a checked expression. What is constant is computed here, as upstream does: literals
/// of lists and maps, and conversions of literals. Source: cel-go, interpreter/planner.go and decorators.go.
/// </summary>
internal sealed partial class Planner
{
    private readonly CelEnvironment environment;
    private readonly CheckedExpression expression;

    // The variables of the comprehensions around the place where the planner is.
    private readonly List<(string Name, PathRoot Root)> locals = [];

    private Planner(CelEnvironment environment, CheckedExpression expression)
    {
        this.environment = environment;
        this.expression = expression;
    }

    /// <summary>How many variables of comprehensions there are.</summary>
    private int Slots { get; set; }

    /// <summary>Null with upstream's error when a constant cannot be computed.</summary>
    public static Node? Plan(CelEnvironment environment, CheckedExpression expression, out int slots, out string? error)
    {
        var planner = new Planner(environment, expression);
        slots = 0;
        error = null;
        try
        {
            var node = planner.Plan(expression.Root);
            slots = planner.Slots;
            return node;
        }
        catch (UnplannableException e)
        {
            error = e.Message;
            return null;
        }
    }

    private Node Plan(CelExpression node) => node switch
    {
        LiteralExpression e => new ConstantNode(e.Value),
        IdentifierExpression e => PlanReference(e),
        SelectExpression e => PlanSelect(e),
        CallExpression e => PlanCall(e),
        ListExpression e => PlanList(e),
        MapExpression e => PlanMap(e),
        ObjectExpression e => PlanObject(e),
        ComprehensionExpression e => PlanComprehension(e),
        _ => throw new ArgumentException($"no step for {node.GetType().Name}", nameof(node)),
    };

    private Node PlanReference(CelExpression node)
    {
        switch (expression.ReferenceOf(node))
        {
            case GlobalReference { Constant: { } type }:
                return new ConstantNode(CelValue.Of(type));
            case GlobalReference global:
                return new PathNode(new GlobalRoot(global.Name));
            case LocalReference local:
                return new PathNode(locals.FindLast(l => l.Name == local.Name).Root);
            default:
                throw new ArgumentException("a name that the checker did not resolve", nameof(node));
        }
    }

    private Node PlanSelect(SelectExpression e) => expression.ReferenceOf(e) is not null
        ? PlanReference(e)
        : AsAttribute(Plan(e.Operand)).With(
            new Qualifier(CelValue.Of(e.Field), null, isOptional: false, isTest: e.IsTest));

    private static AttributeNode AsAttribute(Node node) => node as AttributeNode ?? new PathNode(new ComputedRoot(node));

    private Node PlanList(ListExpression e)
    {
        var elements = e.Elements.Select(Plan).ToArray();
        var optionals = e.Optionals.IsEmpty ? null : elements.Select((_, i) => e.Optionals.Contains(i)).ToArray();
        return Folded(new ListNode(elements, optionals), elements.All(n => n is ConstantNode));
    }

    private Node PlanMap(MapExpression e)
    {
        var entries = e.Entries.Select(entry => (Plan(entry.Key), Plan(entry.Value), entry.IsOptional)).ToArray();
        return Folded(
            new MapNode(entries), entries.All(entry => entry is { Item1: ConstantNode, Item2: ConstantNode }));
    }

    // Computed now if it is constant: then it costs nothing later, even if it is an error.
    private static Node Folded(Node node, bool isConstant)
    {
        if (!isConstant)
        {
            return node;
        }

        var value = node.Evaluate(new Frame(CelActivation.Empty, 0, ulong.MaxValue, CancellationToken.None));
        return new ConstantNode(value);
    }

    private ObjectNode PlanObject(ObjectExpression e) => new(
        environment.Provider,
        expression.TypeOf(e).Name,
        [.. e.Fields.Select(field => (field.Name, Plan(field.Value), field.IsOptional))]);

    private FoldNode PlanComprehension(ComprehensionExpression e)
    {
        var initial = Plan(e.Initial);
        if (initial is ConstantNode { Value.Kind: CelKind.Map })
        {
            initial = new FreshMapNode();
        }

        var range = Plan(e.Range);
        var outside = locals.Count;
        var (accumulator, variable) = (Slots++, Slots++);
        var second = e.SecondVariable is null ? -1 : Slots++;
        locals.Add((e.Accumulator, new AccumulatorRoot(accumulator, initial)));
        locals.Add((e.Variable, new LocalRoot(variable)));
        if (e.SecondVariable is not null)
        {
            locals.Add((e.SecondVariable, new LocalRoot(second)));
        }

        var condition = Plan(e.Condition);
        var step = Plan(e.Step);
        locals.RemoveRange(outside + 1, locals.Count - outside - 1);
        var result = Plan(e.Result);
        locals.RemoveRange(outside, 1);
        return new FoldNode
        {
            Range = range,
            Variable = variable,
            SecondVariable = second,
            Accumulator = accumulator,
            Condition = condition,
            Step = step,
            Result = result,
        };
    }

    /// <summary>A constant that cannot be computed.</summary>
    private sealed class UnplannableException(string message) : Exception(message);
}
