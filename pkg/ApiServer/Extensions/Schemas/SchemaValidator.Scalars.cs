using System.Text.Json.Nodes;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <content>Texts, numbers, and schemas that are put together from others.</content>
internal sealed partial class SchemaValidator
{
    // Floats beyond it have lost digits, and are no whole numbers (swag.IsFloat64AJSONInteger).
    private const double MaxExactInteger = 9007199254740991;

    // How far from a whole number a float may be and still count as one.
    private const double IntegerTolerance = 1e-9;

    private void CheckText(ValueValidation rules, ScalarChecks checks, string text)
    {
        if (!CheckLength(rules, text))
        {
            CheckPattern(rules, checks, text);
        }

        if (checks.FormatCheck is { } check && !check(text) && Counts())
        {
            var name = _path.ToString();
            Add(new SchemaFailure(
                FailureKind.WrongType, name, $"{name} in body must be of type {checks.Format}: {GoText.Quote(text)}", text));
        }
    }

    // Of a text's length and pattern only the first finding is told; true when there is one.
    private bool CheckLength(ValueValidation rules, string text)
    {
        if (rules.MaxLength is null && rules.MinLength is null)
        {
            return false;
        }

        var length = CountRunes(text);
        if (length > rules.MaxLength)
        {
            if (Counts())
            {
                var name = _path.ToString();
                Add(new SchemaFailure(
                    FailureKind.TooLong, name, $"{name} in body should be at most {rules.MaxLength} chars long", text,
                    rules.MaxLength.Value));
            }

            return true;
        }

        if (length < rules.MinLength)
        {
            if (Counts())
            {
                Invalid($"should be at least {rules.MinLength} chars long", text);
            }

            return true;
        }

        return false;
    }

    private void CheckPattern(ValueValidation rules, ScalarChecks checks, string text)
    {
        if (checks.PatternError is { } error)
        {
            if (Counts())
            {
                Invalid($"should match '{rules.Pattern}, but pattern is invalid: {error}'", text);
            }
        }
        else if (checks.Pattern?.IsMatch(text) == false && Counts())
        {
            Invalid($"should match '{rules.Pattern}'", text);
        }
    }

    private static long CountRunes(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text.Length;
        }

        var count = 0L;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private void CheckNumber(ValueValidation rules, ScalarChecks checks, JsonNumber number)
    {
        CheckRange(checks, number, "Checked");
        if (rules.MultipleOf is { } factor)
        {
            CheckMultiple(checks, number, factor);
        }

        // A bound that the type cannot have is a finding of its own, and still a bound.
        if (rules.Minimum is { } minimum)
        {
            var fits = CheckRange(checks, minimum, "Minimum boundary");
            CheckBound(number, minimum, rules.ExclusiveMinimum, isWhole: fits && number.IsWhole, isMaximum: false);
        }

        if (rules.Maximum is { } maximum)
        {
            var fits = CheckRange(checks, maximum, "Maximum boundary");
            CheckBound(number, maximum, rules.ExclusiveMaximum, isWhole: fits && number.IsWhole, isMaximum: true);
        }
    }

    private void CheckBound(JsonNumber number, double bound, bool isExclusive, bool isWhole, bool isMaximum)
    {
        var order = isWhole ? number.Whole.CompareTo((long)bound) : number.AsDouble.CompareTo(bound);
        order = isMaximum ? order : -order;
        if ((order > 0 || (isExclusive && order == 0)) && Counts())
        {
            var relation = (isMaximum ? "less" : "greater") + " than" + (isExclusive ? "" : " or equal to");
            var shown = isWhole ? Invariant($"{(long)bound}") : GoValues.Float(bound);
            // Where the bound does not fit the type, upstream shows the number as a float.
            Invalid($"should be {relation} {shown}", Shown(number, isWhole));
        }
    }

    private void CheckMultiple(ScalarChecks checks, JsonNumber number, double factor)
    {
        var isWhole = CheckRange(checks, factor, "MultipleOf") && number.IsWhole;
        var whole = (long)factor;
        var shown = isWhole ? Invariant($"{whole}") : GoValues.Float(factor);
        if (isWhole ? whole <= 0 : factor <= 0)
        {
            if (Counts())
            {
                var name = _path.ToString();
                Add(new SchemaFailure(
                    FailureKind.Invalid, name, $"factor MultipleOf declared for {name} must be positive: {shown}",
                    isWhole ? whole : GoValues.Shown(JsonValue.Create(factor))));
            }

            return;
        }

        var isMultiple = isWhole
            ? number.Whole % whole == 0
            : IsInteger(factor < 1 ? 1 / factor * number.AsDouble : number.AsDouble / factor);
        if (!isMultiple && Counts())
        {
            Invalid($"should be a multiple of {shown}", Shown(number, isWhole));
        }
    }

    private static object Shown(JsonNumber number, bool isWhole) =>
        isWhole || !number.IsWhole ? GoValues.Shown(number)
            : new Api.Validation.VerbatimValue(GoValues.Float(number.AsDouble));

    private bool CheckRange(ScalarChecks checks, double value, string what) =>
        CheckRange(checks, double.IsInteger(value) && Math.Abs(value) < long.MaxValue, value, what);

    private bool CheckRange(ScalarChecks checks, JsonNumber number, string what) => CheckRange(
        checks, number.IsWhole || (double.IsInteger(number.AsDouble) && Math.Abs(number.AsDouble) < long.MaxValue),
        number.AsDouble, what);

    // Whether the number is one of its type: of 32 or 64 bits, or a float that is not too great.
    private bool CheckRange(ScalarChecks checks, bool isWhole, double value, string what)
    {
        var format = checks.NumberType.Length > 0 ? checks.Format : "";
        var fits = checks.NumberType switch
        {
            "integer" => isWhole && (format != "int32" || value is >= int.MinValue and <= int.MaxValue),
            "number" => format != "float" || float.IsFinite((float)value),
            _ => true,
        };
        if (!fits && Counts())
        {
            Whole($"{what} value must be of type {checks.NumberType} "
                + (format.Length > 0 ? $"with format {format}" : "(default format)") + $" in {_path}");
        }

        return fits;
    }

    private static bool IsInteger(double value)
    {
        if (!(Math.Abs(value) <= MaxExactInteger))
        {
            return false;
        }

        var truncated = Math.Truncate(value);
        if (value == truncated)
        {
            return true;
        }

        return truncated != 0
            && Math.Abs(value - truncated) / (Math.Abs(value) + Math.Abs(truncated)) < IntegerTolerance;
    }

    private int CheckAlternatives(StructuralSchema schema, JsonNode value)
    {
        var rules = schema.Validation;
        var matches = rules.AnyOf.Count > 0 ? CheckAnyOf(rules.AnyOf, value) : 0;
        matches += rules.OneOf.Count > 0 ? CheckOneOf(rules.OneOf, value) : 0;
        matches += rules.AllOf.Count > 0 ? CheckAllOf(rules.AllOf, value) : 0;
        if (rules.Not is { } not && Try(not, value, out _) && Counts())
        {
            Whole($"{Quoted()} must not validate the schema (not)");
        }

        return matches;
    }

    private int CheckAnyOf(IReadOnlyList<StructuralSchema> schemas, JsonNode value)
    {
        StructuralSchema? best = null;
        var most = -1;
        for (var i = 0; i < schemas.Count; i++)
        {
            if (Try(schemas[i], value, out var matches))
            {
                return matches;
            }

            if (matches > most)
            {
                (best, most) = (schemas[i], matches);
            }
        }

        if (Counts())
        {
            Whole($"{Quoted()} must validate at least one schema (anyOf)");
        }

        return Tell(best!, value, most);
    }

    private int CheckOneOf(IReadOnlyList<StructuralSchema> schemas, JsonNode value)
    {
        StructuralSchema? best = null;
        var (most, valid, ofFirst) = (-1, 0, 0);
        for (var i = 0; i < schemas.Count; i++)
        {
            if (Try(schemas[i], value, out var matches))
            {
                ofFirst = valid++ == 0 ? matches : ofFirst;
            }
            else if (matches > most)
            {
                (best, most) = (schemas[i], matches);
            }
        }

        if (valid == 1)
        {
            return ofFirst;
        }

        if (Counts())
        {
            Whole($"{Quoted()} must validate one and only one schema (oneOf). "
                + (valid == 0 ? "Found none valid" : $"Found {valid} valid alternatives"));
        }

        return valid == 0 ? Tell(best!, value, most) : 0;
    }

    private int CheckAllOf(IReadOnlyList<StructuralSchema> schemas, JsonNode value)
    {
        var (matches, valid) = (0, 0);
        for (var i = 0; i < schemas.Count; i++)
        {
            var failures = _failures;
            matches += Check(schemas[i], value, Correlation.None);
            valid += _failures == failures ? 1 : 0;
        }

        if (valid < schemas.Count && Counts())
        {
            Whole($"{Quoted()} must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}");
        }

        return matches;
    }

    // Whether the value passes, and how many checks, without keeping what it fails.
    private bool Try(StructuralSchema schema, JsonNode value, out int matches)
    {
        var failures = _failures;
        _trials++;
        matches = Check(schema, value, Correlation.None);
        _trials--;
        var passes = _failures == failures;
        _failures = failures;
        return passes;
    }

    // The findings of the alternative that came closest, which has been tried before.
    private int Tell(StructuralSchema schema, JsonNode value, int matches)
    {
        if (_trials == 0)
        {
            Check(schema, value, Correlation.None);
        }

        return matches;
    }

    private string Quoted() => GoText.Quote(_path.ToString());
}
