using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The functions, macros and types of the language itself. Source: cel-spec, langdef.md, "List of Standard Definitions".</summary>
public static class StandardLibrary
{
    private static readonly CelType A = CelType.Parameter("A"), B = CelType.Parameter("B");
    private static readonly CelType ListOfA = CelType.List(A), MapOfAB = CelType.Map(A, B);

    public static CelLibrary Library { get; } = new("cel.lib.std")
    {
        Macros = StandardMacros.OneVariable,
        Types =
        [
            CelType.Bool, CelType.Bytes, CelType.Double, CelType.Duration, CelType.Int, CelType.DynList, CelType.DynMap,
            CelType.Null, CelType.String, CelType.Timestamp, CelType.AnyType, CelType.Uint,
        ],
        Functions =
        [
            .. Logic(), .. Operations(), .. Comparisons.Functions, .. Containers(), .. Conversions.Functions,
            .. StringFunctions.Functions, .. TimeFunctions.Functions,
        ],
    };

    /// <summary>Whether a call with a constant is computed when compiling, as upstream does, and so costs nothing later.</summary>
    internal static bool IsConversion(string function) => function is "bool" or "bytes" or "double" or "duration"
        or "dyn" or "int" or "string" or "timestamp" or "type" or "uint";

    // Without bodies: the evaluator knows these.
    private static IEnumerable<CelFunction> Logic() =>
    [
        new(Operators.Conditional, Declared("conditional", A, CelType.Bool, A, A)),
        new(Operators.And, Declared("logical_and", CelType.Bool, CelType.Bool, CelType.Bool)),
        new(Operators.Or, Declared("logical_or", CelType.Bool, CelType.Bool, CelType.Bool)),
        new(Operators.Not, Declared("logical_not", CelType.Bool, CelType.Bool)) { Dispatch = Arithmetic.Not },
        new(Operators.NotStrictlyFalse, Declared("not_strictly_false", CelType.Bool, CelType.Bool)),
        new(Operators.Equal, Declared("equals", CelType.Bool, A, A)),
        new(Operators.NotEqual, Declared("not_equals", CelType.Bool, A, A)),
    ];

    private static CelOverload Declared(string id, CelType result, params ImmutableArray<CelType> arguments) =>
        new() { Id = id, Arguments = arguments, Result = result };

    private static CelOverload Closed(string id, CelType type) => Declared(id, type, type, type);

    private static IEnumerable<CelFunction> Operations() =>
    [
        new(Operators.Add,
            Closed("add_bytes", CelType.Bytes), Closed("add_double", CelType.Double),
            Closed("add_duration_duration", CelType.Duration),
            Declared("add_duration_timestamp", CelType.Timestamp, CelType.Duration, CelType.Timestamp),
            Declared("add_timestamp_duration", CelType.Timestamp, CelType.Timestamp, CelType.Duration),
            Closed("add_int64", CelType.Int), Closed("add_list", ListOfA), Closed("add_string", CelType.String),
            Closed("add_uint64", CelType.Uint)) { Dispatch = Arithmetic.Add },
        new(Operators.Subtract,
            Closed("subtract_double", CelType.Double), Closed("subtract_duration_duration", CelType.Duration),
            Closed("subtract_int64", CelType.Int),
            Declared("subtract_timestamp_duration", CelType.Timestamp, CelType.Timestamp, CelType.Duration),
            Declared("subtract_timestamp_timestamp", CelType.Duration, CelType.Timestamp, CelType.Timestamp),
            Closed("subtract_uint64", CelType.Uint)) { Dispatch = Arithmetic.Subtract },
        new(Operators.Multiply,
            Closed("multiply_double", CelType.Double), Closed("multiply_int64", CelType.Int),
            Closed("multiply_uint64", CelType.Uint)) { Dispatch = Arithmetic.Multiply },
        new(Operators.Divide,
            Closed("divide_double", CelType.Double), Closed("divide_int64", CelType.Int),
            Closed("divide_uint64", CelType.Uint)) { Dispatch = Arithmetic.Divide },
        new(Operators.Modulo, Closed("modulo_int64", CelType.Int), Closed("modulo_uint64", CelType.Uint))
        {
            Dispatch = Arithmetic.Modulo,
        },
        new(Operators.Negate,
            Declared("negate_double", CelType.Double, CelType.Double),
            Declared("negate_int64", CelType.Int, CelType.Int)) { Dispatch = Arithmetic.Negate },
    ];

    private static IEnumerable<CelFunction> Containers() =>
    [
        new(Operators.Index,
            Declared("index_list", A, ListOfA, CelType.Int), Declared("index_map", B, MapOfAB, A)),
        new(Operators.In,
            Declared("in_list", CelType.Bool, A, ListOfA), Declared("in_map", CelType.Bool, A, MapOfAB))
        {
            Dispatch = In,
        },
        new("size",
            Size("size_bytes", CelType.Bytes, false), Size("bytes_size", CelType.Bytes, true),
            Size("size_list", ListOfA, false), Size("list_size", ListOfA, true),
            Size("size_map", MapOfAB, false), Size("map_size", MapOfAB, true),
            Size("size_string", CelType.String, false), Size("string_size", CelType.String, true))
        {
            Dispatch = SizeOf,
        },
        new("type", Declared("type", CelType.TypeOf(A), A)) { Dispatch = arguments => CelValue.Of(arguments[0].Type) },
        new("dyn", Declared("to_dyn", CelType.Dyn, A)) { Dispatch = arguments => arguments[0] },
    ];

    private static CelOverload Size(string id, CelType type, bool isMember) =>
        new() { Id = id, IsMember = isMember, Arguments = [type], Result = CelType.Int };

    private static CelValue In(ReadOnlySpan<CelValue> arguments) => arguments[1].Kind switch
    {
        CelKind.List => CelValue.Of(arguments[1].AsList.Contains(arguments[0])),
        CelKind.Map => CelValue.Of(arguments[1].AsMap.Has(arguments[0])),
        _ => CelValue.Of(CelError.NoSuchOverload),
    };

    private static CelValue SizeOf(ReadOnlySpan<CelValue> arguments) => arguments[0].Kind switch
    {
        CelKind.String => CelValue.Of((long)CodePoints.Count(arguments[0].AsString)),
        CelKind.Bytes => CelValue.Of((long)arguments[0].AsBytes.Length),
        CelKind.List => CelValue.Of((long)arguments[0].AsList.Count),
        CelKind.Map => CelValue.Of((long)arguments[0].AsMap.Count),
        _ => Arithmetic.NoOverload(false, arguments[0], "size"),
    };
}
