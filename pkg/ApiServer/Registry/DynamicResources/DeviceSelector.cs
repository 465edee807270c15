using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Costs;
using Kube1.Cel.Libraries;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>
/// Expressions that choose devices: what they may use, and what they may cost at the most. Source:
/// k8s.io/dynamic-resource-allocation/cel, with the gate DRAConsumableCapacity on and DRAListTypeAttributes off.
/// </summary>
internal static class DeviceSelector
{
    private const int MaxBytes = 10 * 1024;

    private const ulong MaxCost = 1_000_000;

    private const string Variable = "device";

    private static readonly CelType DeviceType = CelType.Object("kubernetes.DRADevice");

    // Both maps have domains for keys, and then names. What an attribute is can only be seen in a device.
    private static readonly FrozenDictionary<string, CelType> Fields = new Dictionary<string, CelType>
    {
        ["driver"] = CelType.String,
        ["allowMultipleAllocations"] = CelType.Bool,
        ["attributes"] = CelType.Map(CelType.String, CelType.Map(CelType.String, CelType.Any)),
        ["capacity"] = CelType.Map(CelType.String, CelType.Map(CelType.String, QuantityLibrary.Type)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly Extent Attribute = new(DeviceRules.MaxValueBytes);

    private static readonly Extent Device = new(0)
    {
        Fields = new Dictionary<string, Extent>
        {
            ["driver"] = new(DeviceNames.MaxDomainBytes),
            ["allowMultipleAllocations"] = new(1),
            ["attributes"] = Domains(Attribute),
            ["capacity"] = Domains(new Extent(0)),
        }.ToFrozenDictionary(StringComparer.Ordinal),
    };

    private static readonly CelEnvironment Environment = ExpressionEnvironment.Base
        .With(LanguageLibraries.Bindings).WithProvider(new Types()).WithVariable(Variable, DeviceType);

    /// <summary>Checks an expression at a path.</summary>
    public static void Validate(string expression, FieldPath path, FieldErrorList errors)
    {
        if (Encoding.UTF8.GetByteCount(expression) > MaxBytes)
        {
            errors.TooLong(path, MaxBytes);
        }
        else if (Compile(expression, out var program) is { } error)
        {
            errors.Invalid(path, expression, error);
        }
        else if (EstimateCost(program!) > MaxCost)
        {
            errors.Forbidden(path, "too complex, exceeds cost limit");
        }
    }

    /// <summary>Compiles an expression; null, or what is wrong with it.</summary>
    public static string? Compile(string expression, out CelProgram? program)
    {
        var compiled = Environment.Compile(expression);
        program = compiled.Program;
        if (!compiled.Issues.IsEmpty)
        {
            return "compilation failed: " + compiled.Text;
        }

        if (program is null)
        {
            return "program instantiation failed: " + compiled.ProgramError;
        }

        return program.ResultType.Kind is CelKind.Bool or CelKind.Any
            ? null
            : $"must evaluate to bool or the unknown type, not {Declared(program.ResultType)}";
    }

    /// <summary>What an evaluation costs in the worst case, for a device as large as devices may be.</summary>
    public static ulong EstimateCost(CelProgram program) => program.EstimateCost(SizeOf).Max;

    private static Extent Domains(Extent element)
    {
        var names = new Extent(DeviceRules.MaxAttributesAndCapacities)
        {
            Key = new Extent(DeviceNames.MaxIdBytes),
            Element = element,
        };
        return new Extent(DeviceRules.MaxAttributesAndCapacities)
        {
            Key = new Extent(DeviceNames.MaxDomainBytes),
            Element = names,
        };
    }

    private static SizeEstimate? SizeOf(CelCostNode node)
    {
        if (node.Path.IsEmpty || node.Path[0] != Variable)
        {
            return null;
        }

        var at = Device;
        foreach (var step in node.Path.AsSpan()[1..])
        {
            var next = step switch
            {
                "@items" or "@values" => at.Element,
                "@keys" => at.Key,
                _ => at.Fields?.GetValueOrDefault(step) ?? (at.Element == Attribute ? Attribute : null),
            };
            if (next is null)
            {
                return null;
            }

            at = next;
        }

        return new SizeEstimate(0, at.Max);
    }

    // As types are declared, not as messages of the checker show them.
    private static string Declared(CelType type) => type.Parameters.IsEmpty
        ? type.Name
        : $"{type.Name}({string.Join(", ", type.Parameters.Select(Declared))})";

    /// <summary>How large a value may be, and what is in it.</summary>
    private sealed class Extent(ulong max)
    {
        public ulong Max { get; } = max;

        public Extent? Key { get; init; }

        public Extent? Element { get; init; }

        public FrozenDictionary<string, Extent>? Fields { get; init; }
    }

    private sealed class Types : CelTypeProvider
    {
        public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
        {
            type = name == DeviceType.Name ? DeviceType : null;
            return type is not null;
        }

        public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
        {
            type = null;
            return typeName == DeviceType.Name && Fields.TryGetValue(field, out type);
        }
    }
}
