using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>
/// Checks a value against a schema, with the order, the words and the choice of findings of kube-openapi/pkg/validation.
/// A sound value costs no texts: where alternatives are tried, they are first only counted. What has not changed is not
/// checked anew (KEP-4008).
/// </summary>
internal sealed partial class SchemaValidator
{
    /// <summary>A hostile object must not make a huge answer; upstream has no bound.</summary>
    private const int MaxFailures = 1000;

    private readonly ValuePath _path = new();
    private List<SchemaFailure>? _found;

    // Findings, counted also where they are not kept.
    private int _failures;

    // Above zero while an alternative is only tried.
    private int _trials;

    // Whether a value has been found that failed and differs from its old one: then so do those around it.
    private bool _differs;

    private SchemaValidator()
    {
    }

    /// <summary>
    /// Checks a value; <paramref name="old"/> is what it was before an update, null on create. <paramref name="path"/> is
    /// null for a whole object.
    /// </summary>
    public static void Validate(
        StructuralSchema schema, JsonNode? value, JsonNode? old, FieldPath? path, FieldErrorList errors)
    {
        var validator = new SchemaValidator();
        validator.Check(schema, value, Correlation.None);
        if (validator._failures > 0 && old is not null)
        {
            // Only now does it matter what there was before.
            validator = new SchemaValidator();
            validator.CheckChange(schema, value, Correlation.Of(old));
        }

        if (validator._found is null)
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var failure in validator._found)
        {
            if (seen.Add(failure.Message))
            {
                failure.AddTo(errors, path);
            }
        }
    }

    // Findings on a value that is what it was are forgotten.
    private int CheckChange(StructuralSchema schema, JsonNode? value, Correlation old)
    {
        var (found, failures, differs) = (_found?.Count ?? 0, _failures, _differs);
        _differs = false;
        var matches = Check(schema, value, old);
        if (_failures > failures)
        {
            _differs = _differs || !Correlation.AreEqual(schema, value, old.Value);
            if (!_differs)
            {
                _found?.RemoveRange(found, _found.Count - found);
                _failures = failures;
            }
        }
        else
        {
            _differs = false;
        }

        _differs |= differs;
        return matches;
    }

    // What comes back is how many checks the value has passed: the alternative that passes most tells its findings.
    private int Check(StructuralSchema schema, JsonNode? value, Correlation old)
    {
        var checks = schema.Checks;
        if (value is null)
        {
            return CheckNull(schema, checks);
        }

        // Alternatives, enum and the end count for every value.
        var matches = 3;
        var kind = value.GetValueKind();
        var number = default(JsonNumber);
        if (kind == JsonValueKind.Number)
        {
            JsonNumber.TryRead(value, out number);
        }

        if (checks.Types.Length > 0 || checks.Format.Length > 0)
        {
            matches += CheckType(checks, kind, number) ? 2 : 1;
        }

        matches += CheckAlternatives(schema, value) + 1;
        switch (kind)
        {
            case JsonValueKind.String:
                matches += 1 + (checks.FormatCheck is null ? 0 : 1);
                CheckText(schema.Validation, checks, value.GetValue<string>());
                break;
            case JsonValueKind.Number:
                matches += 2;
                CheckNumber(schema.Validation, checks, number);
                break;
            case JsonValueKind.Array:
                matches += 2 + CheckItems(schema, value.AsArray(), old);
                break;
            default:
                break;
        }

        CheckEnum(schema.Validation, value);
        if (value is JsonObject map)
        {
            matches += 1 + CheckMembers(schema, map, old);
        }

        return matches;
    }

    private int CheckNull(StructuralSchema schema, ScalarChecks checks)
    {
        var isSound = checks.Types.Length == 0 || schema.Nullable;
        if (!isSound)
        {
            WrongType(checks.TypeNames, "null");
        }

        CheckEnum(schema.Validation, null);
        return isSound ? 1 : 0;
    }

    private bool CheckType(ScalarChecks checks, JsonValueKind kind, JsonNumber number)
    {
        var (type, format) = kind switch
        {
            JsonValueKind.String => ("string", ""),
            JsonValueKind.Array => ("array", ""),
            JsonValueKind.Object => ("object", ""),
            JsonValueKind.Number when number.IsWhole => ("integer", "int64"),
            JsonValueKind.Number => ("number", "float64"),
            _ => ("boolean", ""),
        };
        var fits = checks.Types.Contains(type)
            || (type == "integer" && checks.TakesNumber)
            || (type == "number" && checks.TakesInteger && IsInteger(number.AsDouble));
        if (checks.Format.Length > 0)
        {
            if (kind is not (JsonValueKind.String or JsonValueKind.Array) && !fits && format != checks.Format)
            {
                WrongType(checks.Format, format);
                return false;
            }

            // With a format, texts and lists are left to the format's check.
            if (!checks.TakesNumber && !checks.TakesInteger && kind is JsonValueKind.String or JsonValueKind.Array)
            {
                return true;
            }
        }

        if (!fits)
        {
            WrongType(checks.TypeNames, type);
        }

        return fits;
    }

    private int CheckItems(StructuralSchema schema, JsonArray list, Correlation old)
    {
        var matches = 0;
        if (schema.Items is { } items && list.Count > 0)
        {
            _path.Push(0);
            var before = old.ItemsOf(schema);
            for (var i = 0; i < list.Count; i++)
            {
                _path.MoveTo(i);
                var item = list[i];
                matches += before?.Find(item) is { } known
                    ? CheckChange(items, item, Correlation.Of(known))
                    : Check(items, item, Correlation.None);
            }

            _path.Pop();
        }

        var rules = schema.Validation;
        if (list.Count < rules.MinItems && Counts())
        {
            Invalid($"should have at least {rules.MinItems} items", (long)list.Count);
        }

        if (list.Count > rules.MaxItems && Counts())
        {
            var name = _path.ToString();
            Add(new SchemaFailure(
                FailureKind.TooMany, name, $"{name} in body should have at most {rules.MaxItems} items", (long)list.Count,
                rules.MaxItems.Value));
        }

        if (rules.UniqueItems && list.Select(GoValues.Json).Distinct().Count() < list.Count && Counts())
        {
            Invalid("shouldn't contain duplicates", null);
        }

        return matches;
    }

    private int CheckMembers(StructuralSchema schema, JsonObject map, Correlation old)
    {
        var rules = schema.Validation;
        if (map.Count < rules.MinProperties && Counts())
        {
            Invalid($"should have at least {rules.MinProperties} properties", (long)map.Count);
        }

        if (map.Count > rules.MaxProperties && Counts())
        {
            var name = _path.ToString();
            Add(new SchemaFailure(
                FailureKind.TooMany, name, $"{name} in body should have at most {rules.MaxProperties} properties",
                (long)map.Count, rules.MaxProperties.Value));
        }

        var matches = 0;
        var forbidsOthers = schema.AllowsAdditionalProperties == false;
        foreach (var (name, value) in map)
        {
            var property = schema.Find(name);
            if ((property ?? schema.AdditionalProperties) is { } member)
            {
                var isRootMeta = _path.IsRoot && name is "apiVersion" or "kind";
                _path.Push(name, isOther: property is null);
                matches += !isRootMeta && old.TryGetMember(name, out var before)
                    ? CheckChange(member, value, before)
                    : Check(member, value, Correlation.None);
                _path.Pop();
            }
            else if (forbidsOthers && Counts())
            {
                var at = _path.ToString();
                Add(new SchemaFailure(
                    FailureKind.Invalid, at, $"{at}.{name} in body is a forbidden property", name));
            }
        }

        for (var i = 0; i < rules.Required.Count; i++)
        {
            if (!map.ContainsKey(rules.Required[i]) && Counts())
            {
                var name = $"{_path}.{rules.Required[i]}";
                Add(new SchemaFailure(FailureKind.Required, name, $"{name} in body is required", null));
            }
        }

        return matches;
    }

    private void CheckEnum(ValueValidation rules, JsonNode? value)
    {
        if (rules.Enum.Count == 0)
        {
            return;
        }

        for (var i = 0; i < rules.Enum.Count; i++)
        {
            // Null is never found among the values, not even where it is one of them.
            if (value is not null && rules.Enum[i] is { } allowed && IsSame(value, allowed))
            {
                return;
            }
        }

        if (Counts())
        {
            var name = _path.ToString();
            string[] allowed = [.. rules.Enum.Select(v =>
                v?.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : GoValues.Json(v))];
            Add(new SchemaFailure(
                FailureKind.NotSupported, name, $"{name} in body should be one of [{string.Join(' ', allowed)}]",
                GoValues.Shown(value))
            {
                Allowed = allowed,
            });
        }
    }

    // Numbers are brought to the type of the allowed one first, so that 1.5 counts as 1 where 1 is allowed.
    private static bool IsSame(JsonNode value, JsonNode allowed)
    {
        if (JsonNumber.TryRead(value, out var number) && JsonNumber.TryRead(allowed, out var other))
        {
            return other.IsWhole
                ? (number.IsWhole ? number.Whole : (long)number.AsDouble) == other.Whole
                : number.AsDouble.Equals(other.AsDouble);
        }

        return JsonNode.DeepEquals(value, allowed);
    }

    // Counts a finding; true when its text is wanted.
    private bool Counts()
    {
        _failures++;
        return _trials == 0 && (_found?.Count ?? 0) < MaxFailures;
    }

    private void Add(SchemaFailure failure) => (_found ??= []).Add(failure);

    private void Invalid(string what, object? value)
    {
        var name = _path.ToString();
        Add(new SchemaFailure(FailureKind.Invalid, name, $"{name} in body {what}", value));
    }

    private void WrongType(string wanted, string found)
    {
        if (Counts())
        {
            var name = _path.ToString();
            Add(new SchemaFailure(
                FailureKind.WrongType, name, $"{name} in body must be of type {wanted}: {GoText.Quote(found)}", found));
        }
    }

    private void Whole(string message) => Add(new SchemaFailure(FailureKind.Whole, "", message, null));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
