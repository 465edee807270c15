using System.Collections.Immutable;
using Kube1.Cel.Syntax;
using Kube1.Cel.Types;

namespace Kube1.Cel.Functions;

/// <summary>What is wrong with a call that has been type-checked, and where; null if nothing is.</summary>
internal delegate (CelExpression At, string Message)? CelCallCheck(
    CallExpression call, Func<CelExpression, CelType> typeOf);

/// <summary>
/// A function with all its overloads. Its name may have dots (<c>ip.isCanonical</c>); operators have upstream's names
/// (<c>_+_</c>). Two libraries may add overloads to the same function.
/// </summary>
public sealed class CelFunction(string name, params ImmutableArray<CelOverload> overloads)
{
    public string Name { get; } = name;

    public ImmutableArray<CelOverload> Overloads { get; } = overloads;

    /// <summary>
    /// One body for all overloads, for operators: called with values of any type, it returns upstream's error where there
    /// is no overload.
    /// </summary>
    internal CelFunctionBody? Dispatch { get; init; }

    /// <summary>Whether list and map literals in its arguments may mix types, as those of <c>format</c> do.</summary>
    public bool AcceptsMixedLists { get; init; }

    /// <summary>Costs by the function's name, for calls whose overload is known only at run time; an overload's own come first.</summary>
    public CelCallCost? Cost { get; init; }

    /// <summary>
    /// For all overloads without an estimate of their own. A library that knows better for some argument types adds a
    /// function without overloads, such as <c>_==_</c>, and answers null for all others.
    /// </summary>
    public CelCallEstimator? Estimate { get; init; }

    /// <summary>Tries what is written literally in a call, with <see cref="CelOptions.ValidateLiterals"/>.</summary>
    internal CelCallCheck? Validate { get; init; }

    internal CelFunction With(CelFunction other) => new(Name, Overloads.AddRange(
        other.Overloads.Where(o => !Overloads.Any(mine => mine.Id == o.Id))))
    {
        Dispatch = Dispatch ?? other.Dispatch,
        AcceptsMixedLists = AcceptsMixedLists || other.AcceptsMixedLists,
        Validate = Validate ?? other.Validate,
        Cost = Cost is null || other.Cost is null ? Cost ?? other.Cost
            : (arguments, in result) => Cost(arguments, result) ?? other.Cost(arguments, result),
        Estimate = Estimate is null || other.Estimate is null ? Estimate ?? other.Estimate
            : site => Estimate(site) ?? other.Estimate(site),
    };
}
