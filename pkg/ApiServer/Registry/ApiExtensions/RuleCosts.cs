using Kube1.Api.Validation;
using Kube1.ApiServer.Expressions;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>The estimated costs of all rules of one schema, and which of them weigh most.</summary>
internal sealed class RuleCosts
{
    private const int MaxTold = 4;

    // Rules below a hundredth of the limit are not worth telling.
    private const ulong LeastTold = ExpressionLimits.StaticPerSchema / 100;

    private readonly List<(FieldPath Path, ulong Cost)> _largest = [];
    private ulong _total;
    private int _types;

    /// <summary>A name for an object type.</summary>
    public string NextTypeName() => $"object{_types++}";

    /// <summary>Takes note of what one expression may cost.</summary>
    public void Add(FieldPath path, ulong cost)
    {
        _total = ulong.MaxValue - _total < cost ? ulong.MaxValue : _total + cost;
        if (cost >= LeastTold)
        {
            var at = _largest.FindIndex(l => l.Cost < cost);
            _largest.Insert(at < 0 ? _largest.Count : at, (path, cost));
            _largest.RemoveRange(Math.Min(MaxTold, _largest.Count), Math.Max(0, _largest.Count - MaxTold));
        }
    }

    /// <summary>Adds an error when all together cost too much.</summary>
    public void Validate(FieldPath path, FieldErrorList errors)
    {
        if (_total <= ExpressionLimits.StaticPerSchema)
        {
            return;
        }

        foreach (var (at, _) in _largest)
        {
            errors.Forbidden(
                at, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
        }

        errors.Forbidden(path, Exceeded(
            "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", _total,
            ExpressionLimits.StaticPerSchema));
    }

    /// <summary>By how much a cost is too high, and what helps.</summary>
    public static string Exceeded(string what, ulong cost, ulong limit)
    {
        var times = (double)cost / limit;
        var factor = times > 100 ? "more than 100x"
            : times < 1.5 ? FormattableString.Invariant($"{times:F6}x")
            : FormattableString.Invariant($"{times:F1}x");
        return $"{what} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and "
            + "maxLength where arrays, maps, and strings are declared)";
    }
}
