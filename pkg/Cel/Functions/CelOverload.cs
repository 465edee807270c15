using System.Collections.Immutable;
using Kube1.Cel.Costs;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Functions;

/// <summary>Evaluates a call. The receiver of a member function is the first argument.</summary>
public delegate CelValue CelFunctionBody(ReadOnlySpan<CelValue> arguments);

/// <summary>The actual cost of a call that was made, without that of its arguments; null for the language's own rule.</summary>
public delegate ulong? CelCallCost(ReadOnlySpan<CelValue> arguments, in CelValue result);

/// <summary>The estimated cost of a call; null for the language's own rule.</summary>
public delegate CallEstimate? CelCallEstimator(CelCallSite site);

/// <summary>One signature of a function.</summary>
/// <remarks>
/// The body is called only with values of the declared types (a list's first element and a map's first entry count as
/// well, as upstream); otherwise the call is the error "no such overload: name(types)". Errors among the arguments never
/// reach it, unless it is <see cref="NonStrict"/>.
/// </remarks>
public sealed class CelOverload
{
    private bool? isGeneric;

    /// <summary>Upstream's name of the overload, unique in an environment: "string_replace_string_string".</summary>
    public required string Id { get; init; }

    /// <summary>Whether it is called on its first argument: <c>x.f(y)</c>.</summary>
    public bool IsMember { get; init; }

    /// <summary>The types of all arguments, the receiver's first.</summary>
    public required ImmutableArray<CelType> Arguments { get; init; }

    public required CelType Result { get; init; }

    /// <summary>Null for functions that dispatch by themselves (<see cref="CelFunction.Dispatch"/>) or that the evaluator knows.</summary>
    public CelFunctionBody? Body { get; init; }

    /// <summary>Whether the body wants to see errors among its arguments.</summary>
    public bool NonStrict { get; init; }

    public CelCallCost? Cost { get; init; }

    public CelCallEstimator? Estimate { get; init; }

    /// <summary>Whether it has type parameters.</summary>
    internal bool IsGeneric => isGeneric ??= Arguments.Any(Mentions) || Mentions(Result);

    /// <summary>Not declared in environments without <see cref="CelOptions.CrossTypeNumericComparisons"/>.</summary>
    internal bool ComparesAcrossTypes { get; init; }

    /// <summary>A function that is called by its name alone.</summary>
    public static CelOverload Global(
        string id, ImmutableArray<CelType> arguments, CelType result, CelFunctionBody body,
        CelCallCost? cost = null, CelCallEstimator? estimate = null) => new()
        {
            Id = id, Arguments = arguments, Result = result, Body = body, Cost = cost, Estimate = estimate,
        };

    /// <summary>A function that is called on its first argument.</summary>
    public static CelOverload Member(
        string id, ImmutableArray<CelType> arguments, CelType result, CelFunctionBody body,
        CelCallCost? cost = null, CelCallEstimator? estimate = null) => new()
        {
            Id = id, IsMember = true, Arguments = arguments, Result = result, Body = body, Cost = cost, Estimate = estimate,
        };

    private static bool Mentions(CelType type) =>
        type.Kind == CelKind.TypeParameter || type.Parameters.Any(Mentions);
}
