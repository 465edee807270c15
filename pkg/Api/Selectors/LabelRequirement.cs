using System.Globalization;
using Kube1.Api.Validation;

namespace Kube1.Api.Selectors;

/// <summary>How a requirement compares.</summary>
public enum LabelOperator
{
    /// <summary>key</summary>
    Exists,

    /// <summary>!key</summary>
    DoesNotExist,

    /// <summary>key=value</summary>
    EqualTo,

    /// <summary>key==value</summary>
    DoubleEquals,

    /// <summary>key!=value</summary>
    NotEquals,

    /// <summary>key in (a,b)</summary>
    In,

    /// <summary>key notin (a,b)</summary>
    NotIn,

    /// <summary>key>5</summary>
    GreaterThan,

    /// <summary>key&lt;5</summary>
    LessThan,
}

/// <summary>One condition on one label. All conditions of a selector must hold.</summary>
public sealed class LabelRequirement
{
    private readonly string[] _values;
    private readonly long _bound;

    private LabelRequirement(string key, LabelOperator op, string[] values)
    {
        Key = key;
        Operator = op;
        _values = values;
        if (op is LabelOperator.GreaterThan or LabelOperator.LessThan)
        {
            _bound = long.Parse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The label.</summary>
    public string Key { get; }

    /// <summary>How it is compared.</summary>
    public LabelOperator Operator { get; }

    /// <summary>What it is compared with, sorted.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>Whether a label map fulfils it; <paramref name="value"/> is null when the label is absent.</summary>
    public bool Matches(string? value)
    {
        switch (Operator)
        {
            case LabelOperator.Exists:
                return value is not null;
            case LabelOperator.DoesNotExist:
                return value is null;
            case LabelOperator.EqualTo or LabelOperator.DoubleEquals or LabelOperator.In:
                return value is not null && Contains(value);
            case LabelOperator.NotEquals or LabelOperator.NotIn:
                return value is null || !Contains(value);
            default:
                return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && (Operator == LabelOperator.GreaterThan ? number > _bound : number < _bound);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.EqualTo => $"{Key}={_values[0]}",
        LabelOperator.DoubleEquals => $"{Key}=={_values[0]}",
        LabelOperator.NotEquals => $"{Key}!={_values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(',', _values)})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', _values)})",
        LabelOperator.GreaterThan => $"{Key}>{_values[0]}",
        _ => $"{Key}<{_values[0]}",
    };

    /// <summary>
    /// Makes a requirement. Throws <see cref="FormatException"/> with upstream's text when it makes no sense.
    /// </summary>
    internal static LabelRequirement Create(string key, LabelOperator op, IEnumerable<string> values)
    {
        string[] sorted = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var errors = new FieldErrorList();
        CheckKey(FieldPath.Of("key"), key, errors);
        CheckValues(key, op, sorted, errors);
        return errors.Count == 0
            ? new LabelRequirement(key, op, sorted)
            : throw new FormatException(
                errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors.Select(e => e.ToString())) + "]");
    }

    /// <summary>key=value without a look at what they are.</summary>
    internal static LabelRequirement Unchecked(string key, string value) => new(key, LabelOperator.EqualTo, [value]);

    internal static void CheckKey(FieldPath path, string key, FieldErrorList errors)
    {
        var messages = NameRules.IsQualifiedName(key);
        if (messages.Count > 0)
        {
            errors.Invalid(path, key, string.Join("; ", messages));
        }
    }

    private static void CheckValues(string key, LabelOperator op, string[] values, FieldErrorList errors)
    {
        var path = FieldPath.Of("values");
        var list = "[" + string.Join(",", values.Select(v => $"\"{v}\"")) + "]";
        switch (op)
        {
            case LabelOperator.In or LabelOperator.NotIn when values.Length == 0:
                errors.Invalid(path, new VerbatimValue(list), "for 'in', 'notin' operators, values set can't be empty");
                break;
            case LabelOperator.EqualTo or LabelOperator.DoubleEquals or LabelOperator.NotEquals when values.Length != 1:
                errors.Invalid(path, new VerbatimValue(list), "exact-match compatibility requires one single value");
                break;
            case LabelOperator.Exists or LabelOperator.DoesNotExist when values.Length != 0:
                errors.Invalid(
                    path, new VerbatimValue(list), "values set must be empty for exists and does not exist");
                break;
            case LabelOperator.GreaterThan or LabelOperator.LessThan when values.Length != 1:
                errors.Invalid(
                    path, new VerbatimValue(list), "for 'Gt', 'Lt' operators, exactly one value is required");
                break;
            case LabelOperator.GreaterThan or LabelOperator.LessThan when !long.TryParse(
                values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                errors.Invalid(
                    path.Index(0), values[0], "for 'Gt', 'Lt' operators, the value must be an integer");
                break;
            default:
                break;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (NameRules.IsLabelValue(values[i]) is { Count: > 0 } messages)
            {
                errors.Invalid(path.Index(i).Key(key), values[i], string.Join("; ", messages));
            }
        }
    }

    private bool Contains(string value)
    {
        foreach (var candidate in _values)
        {
            if (string.Equals(candidate, value, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
