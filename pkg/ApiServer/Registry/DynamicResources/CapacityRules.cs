using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.DynamicResources;

/// <summary>How a device that several claims share hands out its capacity (KEP-5075), with upstream's words.</summary>
internal static class CapacityRules
{
    private const int MaxOptions = 10;

    /// <summary>Checks one capacity of a device; only a shared device can have a policy for requests.</summary>
    public static void Validate(JsonObject capacity, bool shared, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("requestPolicy");
        if (capacity.Child("requestPolicy") is not { } policy)
        {
            return;
        }

        if (!shared)
        {
            errors.Forbidden(at, "allowMultipleAllocations must be true");
            return;
        }

        var (values, range) = (policy.Count("validValues") > 0, policy.Child("validRange"));
        if (values && range is not null)
        {
            errors.Forbidden(
                at,
                "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time");
            return;
        }

        if (!values && range is null)
        {
            return;
        }

        if (Amount(policy["default"]) is not { } standard)
        {
            errors.Required(
                at.Child("default"), $"required when {(values ? "validValues" : "validRange")} is defined");
            return;
        }

        var max = Amount(capacity["value"]) ?? ResourceQuantity.Zero;
        if (values)
        {
            ValidateValues(policy, standard, max, at.Child("validValues"), errors);
        }
        else
        {
            ValidateRange(range!, standard, max, at.Child("validRange"), errors);
        }
    }

    private static void ValidateValues(
        JsonObject policy, ResourceQuantity standard, ResourceQuantity max, FieldPath path, FieldErrorList errors)
    {
        var options = (policy["validValues"] as JsonArray ?? []).Select(v => Amount(v) ?? ResourceQuantity.Zero).ToList();
        for (var i = 1; i < options.Count; i++)
        {
            if (options[i - 1] > options[i])
            {
                errors.Invalid(path.Index(i), options[i].ToString(), "values must be sorted in ascending order");
            }
        }

        if (options.Count > MaxOptions)
        {
            errors.TooMany(path, options.Count, MaxOptions);
        }
        else
        {
            foreach (var (option, at) in options.AsEnumerable().Indexed(path).Where(o => o.Item > max))
            {
                errors.Invalid(at, option.ToString(), $"option is larger than capacity value: {max}");
            }

            var seen = new HashSet<decimal>();
            foreach (var (option, at) in options.AsEnumerable().Indexed(path).Where(o => !seen.Add(o.Item.Value)))
            {
                errors.Duplicate(at, option.LongValue.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        if (options.All(o => o.Value != standard.Value))
        {
            errors.Invalid(path, standard.ToString(), "default value is not valid according to the requestPolicy");
        }
    }

    private static void ValidateRange(
        JsonObject range, ResourceQuantity standard, ResourceQuantity max, FieldPath path, FieldErrorList errors)
    {
        if (Amount(range["min"]) is not { } min)
        {
            errors.Required(path.Child("min"), "required when validRange is defined");
            return;
        }

        Check(min > max, path.Child("min"), min, $"min is larger than capacity value: {max}", errors);
        Check(standard < min, path.Child("min"), standard, $"default is less than min: {min}", errors);
        var most = Amount(range["max"]);
        if (most is { } limit)
        {
            Check(min > limit, path.Child("max"), min, $"min is larger than max: {limit}", errors);
            Check(limit > max, path.Child("max"), limit, $"max is larger than capacity value: {max}", errors);
            Check(standard > limit, path.Child("max"), standard, $"default is more than max: {limit}", errors);
        }

        if (Amount(range["step"]) is not { } step)
        {
            return;
        }

        var at = path.Child("step");
        Check(min + step > max, at, step, $"one step {min + step} is larger than capacity value: {max}", errors);
        foreach (var value in most is { } last ? new[] { standard, last } : [standard])
        {
            Check(
                step.LongValue == 0 || (value.LongValue - min.LongValue) % step.LongValue != 0, at, value,
                $"value is not a multiple of a given step ({step}) from ({min})", errors);
        }
    }

    private static void Check(bool wrong, FieldPath path, ResourceQuantity value, string detail, FieldErrorList errors)
    {
        if (wrong)
        {
            errors.Invalid(path, value.ToString(), detail);
        }
    }

    private static ResourceQuantity? Amount(JsonNode? value) =>
        ResourceQuantity.TryParse(value?.ToString(), out var amount) ? amount : null;
}
