using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Checking;

/// <summary>
/// Deduces the types of an expression and finds what its names refer to. Reports all that it finds wrong, in upstream's
/// words. Source: cel-spec, langdef.md, "Gradual Type Checking".
/// </summary>
internal sealed partial class Checker
{
    private readonly CelEnvironment environment;
    private readonly ParsedExpression parsed;
    private readonly CelType?[] types;
    private readonly Reference?[] references;
    private readonly Substitutions substitutions = new();
    private readonly List<CelIssue> issues = [];
    private Scope? scope;
    private int freshParameters;

    private Checker(CelEnvironment environment, ParsedExpression parsed)
    {
        this.environment = environment;
        this.parsed = parsed;
        types = new CelType?[parsed.IdLimit];
        references = new Reference?[parsed.IdLimit];
    }

    public static CheckedExpression? Check(
        CelEnvironment environment, ParsedExpression parsed, out ImmutableArray<CelIssue> issues)
    {
        var checker = new Checker(environment, parsed);
        checker.Visit(parsed.Root);
        for (var id = 0; id < checker.types.Length; id++)
        {
            checker.types[id] = checker.types[id] is { } type ? checker.substitutions.Apply(type, unboundToDyn: true) : null;
        }

        var result = new CheckedExpression(parsed.Root, checker.types, checker.references);
        if (checker.issues.Count == 0 && environment.Options.ValidateLiterals)
        {
            checker.issues.AddRange(LiteralValidation.Validate(result, parsed, environment));
        }

        issues = [.. checker.issues];
        return issues.IsEmpty ? result : null;
    }

    private CelType Visit(CelExpression expression)
    {
        var type = expression switch
        {
            LiteralExpression e => e.Value.Type,
            IdentifierExpression e => VisitIdentifier(e),
            SelectExpression e => VisitSelect(e),
            CallExpression e => VisitCall(e),
            ListExpression e => VisitList(e),
            MapExpression e => VisitMap(e),
            ObjectExpression e => VisitObject(e),
            ComprehensionExpression e => VisitComprehension(e),
            _ => throw new ArgumentException($"no type for {expression.GetType().Name}", nameof(expression)),
        };
        types[expression.Id] = type;
        return type;
    }

    private void Report(int id, string message) => issues.Add(new CelIssue(parsed.LocationOf(id), message));

    private void ReportUndeclared(int id, string name) =>
        Report(id, $"undeclared reference to '{name}' (in container '')");

    private void ReportMismatch(int id, CelType expected, CelType found) =>
        Report(id, $"expected type '{expected}' but found '{found}'");

    private CelType Fresh() => CelType.Parameter($"_var{freshParameters++}");

    private CelType VisitIdentifier(IdentifierExpression e)
    {
        if (TryFindLocal(e.Name, out var local))
        {
            references[e.Id] = new LocalReference(e.Name);
            return local;
        }

        if (TryFindGlobal(e.Name, e.Id, out var type))
        {
            return type;
        }

        ReportUndeclared(e.Id, e.Name);
        return CelType.Error;
    }

    private bool TryFindLocal(string name, [MaybeNullWhen(false)] out CelType type)
    {
        for (var at = scope; at is not null; at = at.Outer)
        {
            if (at.Name == name)
            {
                type = at.Type;
                return true;
            }
        }

        type = null;
        return false;
    }

    private bool TryFindGlobal(string name, int id, [MaybeNullWhen(false)] out CelType type)
    {
        name = name.TrimStart('.');
        CelType? constant = null;
        if (!environment.TryFindVariable(name, out type))
        {
            if (!environment.TryFindType(name, out constant))
            {
                return false;
            }

            type = CelType.TypeOf(constant);
        }

        references[id] = new GlobalReference(name, constant);
        return true;
    }

    private CelType VisitSelect(SelectExpression e)
    {
        if (!e.IsTest && QualifiedName(e) is { } name && !TryFindLocal(name[..name.IndexOf('.', 1)], out _)
            && TryFindGlobal(name, e.Id, out var type))
        {
            return type;
        }

        var result = VisitField(e.Id, e.Operand, e.Field, isOptional: false);
        return e.IsTest ? CelType.Bool : substitutions.Apply(result);
    }

    /// <summary>The names of an expression that consists of nothing but names with dots between them.</summary>
    private static string? QualifiedName(CelExpression expression) => expression switch
    {
        IdentifierExpression e => e.Name,
        SelectExpression { IsTest: false } e => QualifiedName(e.Operand) is { } name ? $"{name}.{e.Field}" : null,
        _ => null,
    };

    private CelType VisitField(int id, CelExpression operand, string field, bool isOptional)
    {
        var type = substitutions.Apply(Visit(operand));
        var target = type.IsOptional ? type.Parameters[0] : type;
        var result = CelType.Dyn;
        switch (target.Kind)
        {
            case CelKind.Map:
                result = target.Parameters[1];
                break;
            case CelKind.Object:
                result = FieldType(id, target, field);
                break;
            case CelKind.TypeParameter:
                substitutions.IsAssignable(CelType.Dyn, target);
                break;
            case CelKind.Dyn or CelKind.Any or CelKind.Error:
                break;
            default:
                Report(id, $"type '{target}' does not support field selection");
                break;
        }

        return type.IsOptional || isOptional ? CelType.Optional(result) : result;
    }

    private CelType FieldType(int id, CelType target, string field)
    {
        if (environment.Provider.TryFindField(target.Name, field, out var type))
        {
            return type;
        }

        Report(id, $"undefined field '{field}'");
        return CelType.Error;
    }

    private CelType VisitList(ListExpression e)
    {
        CelType? element = null;
        for (var i = 0; i < e.Elements.Length; i++)
        {
            var type = Unwrapped(e.Elements[i], Visit(e.Elements[i]), e.Optionals.Contains(i));
            element = Join(e.Elements[i], element, type);
        }

        return CelType.List(element ?? Fresh());
    }

    private CelType VisitMap(MapExpression e)
    {
        CelType? key = null, value = null;
        foreach (var entry in e.Entries)
        {
            key = Join(entry.Key, key, Visit(entry.Key));
            value = Join(entry.Value, value, Unwrapped(entry.Value, Visit(entry.Value), entry.IsOptional));
        }

        return CelType.Map(key ?? Fresh(), value ?? Fresh());
    }

    // What an optional element contributes: the type of the value that it may hold.
    private CelType Unwrapped(CelExpression at, CelType type, bool isOptional)
    {
        if (!isOptional || type.IsOptional)
        {
            return isOptional ? type.Parameters[0] : type;
        }

        if (!type.IsDyn)
        {
            ReportMismatch(at.Id, CelType.Optional(type), type);
        }

        return type;
    }

    private CelType Join(CelExpression at, CelType? previous, CelType current)
    {
        if (previous is null)
        {
            return current;
        }

        if (substitutions.IsAssignable(previous, current))
        {
            return Substitutions.MostGeneral(previous, current);
        }

        if (!environment.Options.HomogeneousAggregateLiterals)
        {
            return CelType.Dyn;
        }

        ReportMismatch(at.Id, previous, current);
        return CelType.Error;
    }

    private CelType VisitObject(ObjectExpression e)
    {
        if (!environment.TryFindType(e.TypeName.TrimStart('.'), out var result))
        {
            ReportUndeclared(e.Id, e.TypeName);
            return CelType.Error;
        }

        if (result.Kind != CelKind.Object)
        {
            Report(e.Id, $"'{result.Name}' is not a message type");
            result = CelType.Error;
        }

        foreach (var field in e.Fields)
        {
            var value = Unwrapped(field.Value, Visit(field.Value), field.IsOptional);
            var expected = result.IsError ? result : FieldType(field.Id, result, field.Name);
            if (!substitutions.IsAssignable(expected, value))
            {
                Report(field.Id, $"expected type of field '{field.Name}' is '{expected}' but provided type is '{value}'");
            }
        }

        return result;
    }

    /// <summary>A variable of a comprehension and those around it.</summary>
    private sealed record Scope(string Name, CelType Type, Scope? Outer);
}
