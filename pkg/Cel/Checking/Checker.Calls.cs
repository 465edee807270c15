using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Checking;

/// <summary>Calls and comprehensions.</summary>
internal sealed partial class Checker
{
    private static readonly CelFunction OptionalSelect = new(
        Operators.OptionalSelect,
        new CelOverload
        {
            Id = "select_optional_field",
            Arguments = [CelType.Dyn, CelType.String],
            Result = CelType.Optional(CelType.Parameter("V")),
        });

    private CelType VisitCall(CallExpression e)
    {
        if (e.Function == Operators.OptionalSelect)
        {
            return VisitOptionalSelect(e);
        }

        foreach (var argument in e.Arguments)
        {
            Visit(argument);
        }

        if (e.Target is null)
        {
            return TryFindFunction(e.Function, out var function)
                ? Resolve(e, function, isQualified: false, e.Arguments)
                : Undeclared(e);
        }

        if (QualifiedName(e.Target) is { } prefix && TryFindFunction($"{prefix}.{e.Function}", out var qualified))
        {
            return Resolve(e, qualified, isQualified: true, e.Arguments);
        }

        Visit(e.Target);
        return TryFindFunction(e.Function, out var member)
            ? Resolve(e, member, isQualified: false, e.Arguments.Insert(0, e.Target))
            : Undeclared(e);
    }

    private bool TryFindFunction(string name, [MaybeNullWhen(false)] out CelFunction function) =>
        environment.TryFindFunction(name.TrimStart('.'), out function);

    private CelType Undeclared(CallExpression e)
    {
        ReportUndeclared(e.Id, e.Function);
        return CelType.Error;
    }

    private CelType VisitOptionalSelect(CallExpression e)
    {
        var field = ((LiteralExpression)e.Arguments[1]).Value.AsString;
        types[e.Arguments[1].Id] = CelType.String;
        references[e.Id] = new CallReference(OptionalSelect, OptionalSelect.Overloads, IsQualified: false);
        return substitutions.Apply(VisitField(e.Id, e.Arguments[0], field, isOptional: true));
    }

    private CelType Resolve(
        CallExpression e, CelFunction function, bool isQualified, ImmutableArray<CelExpression> arguments)
    {
        var isMember = e.Target is not null && !isQualified;
        var given = arguments.Select(argument => types[argument.Id]!).ToImmutableArray();
        if (function.Name is Operators.And or Operators.Or)
        {
            return ResolveLogic(e, function, given);
        }

        CelType? result = null;
        var fitting = ImmutableArray.CreateBuilder<CelOverload>();
        foreach (var overload in function.Overloads)
        {
            if (overload.IsMember != isMember
                || (overload.ComparesAcrossTypes && !environment.Options.CrossTypeNumericComparisons))
            {
                continue;
            }

            var (expected, returned) = Instantiate(overload);
            if (!substitutions.AreAssignable(given, expected))
            {
                continue;
            }

            fitting.Add(overload);
            returned = substitutions.Apply(returned);
            result = result is null || result.IsDyn || result.Equals(returned) ? result ?? returned : CelType.Dyn;
        }

        if (result is null)
        {
            var shown = given.Select(type => substitutions.Apply(type, unboundToDyn: true).ToString()).ToArray();
            var signature = isMember ? $"{shown[0]}.({string.Join(", ", shown[1..])})" : $"({string.Join(", ", shown)})";
            Report(e.Id, $"found no matching overload for '{function.Name}' applied to '{signature}'");
            return CelType.Error;
        }

        references[e.Id] = new CallReference(function, fitting.ToImmutable(), isQualified);
        return result;
    }

    private CelType ResolveLogic(CallExpression e, CelFunction function, ImmutableArray<CelType> given)
    {
        var fits = true;
        for (var i = 0; i < given.Length; i++)
        {
            if (!substitutions.IsAssignable(given[i], CelType.Bool))
            {
                ReportMismatch(e.Arguments[i].Id, CelType.Bool, given[i]);
                fits = false;
            }
        }

        references[e.Id] = new CallReference(function, function.Overloads, IsQualified: false);
        return fits ? CelType.Bool : CelType.Error;
    }

    // The overload's types with type parameters of their own for this call.
    private (ImmutableArray<CelType> Arguments, CelType Result) Instantiate(CelOverload overload)
    {
        if (!overload.IsGeneric)
        {
            return (overload.Arguments, overload.Result);
        }

        var fresh = new Dictionary<CelType, CelType>();
        return ([.. overload.Arguments.Select(Renamed)], Renamed(overload.Result));

        CelType Renamed(CelType type)
        {
            if (type.Kind != CelKind.TypeParameter)
            {
                return type.Parameters.IsEmpty ? type : type.WithParameters(Renamed);
            }

            if (!fresh.TryGetValue(type, out var renamed))
            {
                fresh[type] = renamed = Fresh();
            }

            return renamed;
        }
    }

    private CelType VisitComprehension(ComprehensionExpression e)
    {
        Visit(e.Range);
        var accumulated = Visit(e.Initial);
        var range = substitutions.Apply(types[e.Range.Id]!);
        var outside = scope;
        scope = new Scope(e.Accumulator, accumulated, scope);
        var inside = scope;
        var (first, second) = VariableTypes(e, range);
        scope = new Scope(e.Variable, first, scope);
        if (e.SecondVariable is not null)
        {
            scope = new Scope(e.SecondVariable, second, scope);
        }

        Visit(e.Condition);
        Expect(e.Condition, CelType.Bool);
        Visit(e.Step);
        Expect(e.Step, accumulated);
        scope = inside;
        var result = Visit(e.Result);
        scope = outside;
        return substitutions.Apply(result);
    }

    private (CelType First, CelType Second) VariableTypes(ComprehensionExpression e, CelType range)
    {
        var isPair = e.SecondVariable is not null;
        switch (range.Kind)
        {
            case CelKind.List:
                return isPair ? (CelType.Int, range.Parameters[0]) : (range.Parameters[0], CelType.Dyn);
            case CelKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case CelKind.Dyn or CelKind.Error or CelKind.TypeParameter:
                substitutions.IsAssignable(CelType.Dyn, range);
                return (CelType.Dyn, CelType.Dyn);
            default:
                Report(
                    e.Range.Id,
                    $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
                return (CelType.Error, CelType.Error);
        }
    }

    private void Expect(CelExpression expression, CelType expected)
    {
        var type = types[expression.Id]!;
        if (!substitutions.IsAssignable(expected, type))
        {
            ReportMismatch(expression.Id, expected, type);
        }
    }
}
