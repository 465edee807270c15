using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>Values that may be there or not: <c>a.?b.orValue(1)</c>. Source: cel-go, cel/library.go, "OptionalTypes".</summary>
internal static class OptionalLibrary
{
    private static readonly CelType K = CelType.Parameter("K"), V = CelType.Parameter("V");
    private static readonly CelType OptionalOfV = CelType.Optional(V), ListOfV = CelType.List(V), MapOfKV = CelType.Map(K, V);

    public static CelLibrary Library { get; } = new("cel.lib.optional")
    {
        SinceMinor = 28,
        OptionalSyntax = true,
        Types = [CelType.DynOptional],
        Macros = [new("optMap", 2, true, OptMap), new("optFlatMap", 2, true, OptFlatMap)],
        Functions = [.. Making(), .. Reading(), .. Indexing(), .. Lists()],
    };

    private static IEnumerable<CelFunction> Making() =>
    [
        new("optional.of", CelOverload.Global("optional_of", [V], OptionalOfV, a => CelValue.OptionalOf(a[0]))),
        new("optional.ofNonZeroValue", CelOverload.Global(
            "optional_ofNonZeroValue", [V], OptionalOfV, a => IsZero(a[0]) ? CelValue.None : CelValue.OptionalOf(a[0]))),
        new("optional.none", CelOverload.Global("optional_none", [], OptionalOfV, _ => CelValue.None)),
    ];

    // The evaluator knows "or" and "orValue": their argument is evaluated only when it is needed.
    private static IEnumerable<CelFunction> Reading() =>
    [
        new("value", CelOverload.Member("optional_value", [OptionalOfV], V, a => a[0].Inner)),
        new("hasValue", CelOverload.Member("optional_hasValue", [OptionalOfV], CelType.Bool, a => CelValue.Of(a[0].HasValue))),
        new("or", new CelOverload
        {
            Id = "optional_or_optional", IsMember = true, Arguments = [OptionalOfV, OptionalOfV], Result = OptionalOfV,
        }),
        new("orValue", new CelOverload
        {
            Id = "optional_orValue_value", IsMember = true, Arguments = [OptionalOfV, V], Result = V,
        }),
    ];

    // The evaluator indexes; these are for the checker.
    private static IEnumerable<CelFunction> Indexing() =>
    [
        new(Operators.OptionalIndex,
            Index("list_optindex_optional_int", ListOfV, CelType.Int),
            Index("optional_list_optindex_optional_int", CelType.Optional(ListOfV), CelType.Int),
            Index("map_optindex_optional_value", MapOfKV, K),
            Index("optional_map_optindex_optional_value", CelType.Optional(MapOfKV), K)),
        new(Operators.Index,
            Index("optional_list_index_int", CelType.Optional(ListOfV), CelType.Int),
            Index("optional_map_index_value", CelType.Optional(MapOfKV), K)),
    ];

    private static CelOverload Index(string id, CelType container, CelType key) =>
        new() { Id = id, Arguments = [container, key], Result = OptionalOfV };

    private static IEnumerable<CelFunction> Lists() =>
    [
        new("first", CelOverload.Member("list_first", [ListOfV], OptionalOfV, a => At(a[0].AsList, 0))),
        new("last", CelOverload.Member("list_last", [ListOfV], OptionalOfV, a => At(a[0].AsList, a[0].AsList.Count - 1))),
        new("optional.unwrap", CelOverload.Global("optional_unwrap", [CelType.List(OptionalOfV)], ListOfV, Unwrap)),
        new("unwrapOpt", CelOverload.Member("optional_unwrapOpt", [CelType.List(OptionalOfV)], ListOfV, Unwrap)),
    ];

    private static CelValue At(CelList list, int index) =>
        list.Count == 0 ? CelValue.None : CelValue.OptionalOf(list[index]);

    private static CelValue Unwrap(ReadOnlySpan<CelValue> arguments)
    {
        var list = arguments[0].AsList;
        var values = new List<CelValue>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i];
            if (item.Kind != CelKind.Optional)
            {
                return CelValue.Error($"value {item} is not optional");
            }

            if (item.HasValue)
            {
                values.Add(item.Inner);
            }
        }

        return CelValue.Of(new CelArray([.. values]));
    }

    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Duration => value.AsInt == 0,
        CelKind.Double => value.AsDouble == 0,
        CelKind.String => value.AsString.Length == 0,
        CelKind.Bytes => value.AsBytes.Length == 0,
        CelKind.List => value.AsList.Count == 0,
        CelKind.Map => value.AsMap.Count == 0,
        // Go's zero time, and not the epoch.
        CelKind.Timestamp => value is { UnixSeconds: CelValue.MinUnixSeconds, Nanoseconds: 0 },
        CelKind.Object or CelKind.Opaque => value.AsObject.IsZero,
        _ => false,
    };

    private static CelExpression OptMap(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Mapped(x, target!, arguments, "optMap", mapped => x.Call("optional.of", mapped));

    private static CelExpression OptFlatMap(
        CelMacroExpansion x, CelExpression? target, ImmutableArray<CelExpression> arguments) =>
        Mapped(x, target!, arguments, "optFlatMap", mapped => mapped);

    // The variable is an accumulator over nothing: computed when it is first used, and only then.
    private static CelExpression Mapped(
        CelMacroExpansion x, CelExpression target, ImmutableArray<CelExpression> arguments, string macro,
        Func<CelExpression, CelExpression> wrap)
    {
        if (arguments[0] is not IdentifierExpression { Name: var name })
        {
            return x.Fail(arguments[0], $"{macro}() variable name must be a simple identifier");
        }

        var mapped = x.Comprehension(
            x.List(), "#unused", null, name, x.MemberCall("value", x.Copy(target)), x.Literal(CelValue.False),
            x.Identifier(name), arguments[1]);
        return x.Call(Operators.Conditional, x.MemberCall("hasValue", target), wrap(mapped), x.Call("optional.none"));
    }
}
