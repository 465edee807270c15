using System.Globalization;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What LimitRanges must obey, with upstream's paths and words.</summary>
internal static class LimitRangeRules
{
    private static readonly string[] Types = ["Pod", "Container", "PersistentVolumeClaim"];

    /// <summary>Checks all limits.</summary>
    public static void Validate(V1LimitRangeSpec spec, FieldErrorList errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, at) in spec.Limits.Indexed(FieldPath.Of("spec", "limits")))
        {
            ValidateType(item.Type, at.Child("type"), errors);
            if (!types.Add(item.Type))
            {
                errors.Duplicate(at.Child("type"), item.Type);
            }

            var amounts = new Amounts(item);
            ValidateNames(item, at, errors);
            if (item.Type == "PersistentVolumeClaim" && amounts.Min("storage") is null && amounts.Max("storage") is null)
            {
                errors.Required(
                    at.Child("limits"),
                    "either minimum or maximum storage value is required, but neither was provided");
            }

            foreach (var name in amounts.Names)
            {
                Compare(amounts, name, at, errors);
            }
        }
    }

    private static void ValidateType(string type, FieldPath path, FieldErrorList errors)
    {
        var before = errors.Count;
        errors.AddMessages(path, type, NameRules.IsQualifiedName, evenEmpty: true);
        if (errors.Count == before && !type.Contains('/', StringComparison.Ordinal) && !Types.Contains(type))
        {
            errors.Invalid(path, type, "must be a standard limit type or fully qualified");
        }
    }

    private static void ValidateNames(V1LimitRangeItem item, FieldPath path, FieldErrorList errors)
    {
        ValidateNames(item.Max, item.Type, path.Child("max"), errors);
        ValidateNames(item.Min, item.Type, path.Child("min"), errors);
        if (item.Type == "Pod")
        {
            const string unfit = "may not be specified when `type` is 'Pod'";
            if (item.Default is { Count: > 0 })
            {
                errors.Forbidden(path.Child("default"), unfit);
            }

            if (item.DefaultRequest is { Count: > 0 })
            {
                errors.Forbidden(path.Child("defaultRequest"), unfit);
            }
        }
        else
        {
            ValidateNames(item.Default, item.Type, path.Child("default"), errors);
            ValidateNames(item.DefaultRequest, item.Type, path.Child("defaultRequest"), errors);
        }

        ValidateNames(item.MaxLimitRequestRatio, item.Type, path.Child("maxLimitRequestRatio"), errors);
    }

    private static void ValidateNames(
        Dictionary<string, ResourceQuantity>? amounts, string type, FieldPath path, FieldErrorList errors)
    {
        foreach (var name in amounts?.Keys ?? Enumerable.Empty<string>())
        {
            if (type is "Pod" or "Container")
            {
                ResourceNames.ValidateContainer(name, path.Key(name), errors);
            }
            else
            {
                ResourceNames.Validate(name, path.Key(name), errors);
            }
        }
    }

    private static void Compare(Amounts amounts, string name, FieldPath path, FieldErrorList errors)
    {
        var (min, max) = (amounts.Min(name), amounts.Max(name));
        var (limit, request) = (amounts.Default(name), amounts.DefaultRequest(name));
        Order((min, "min"), (max, "max"), "min", min);
        Order((min, "min"), (request, "default request"), "defaultRequest", request);
        Order((request, "default request"), (max, "max"), "defaultRequest", request);
        Order((request, "default request"), (limit, "default limit"), "defaultRequest", request);
        Order((min, "min"), (limit, "default"), "default", min);
        Order((limit, "default"), (max, "max"), "default", max);
        if (amounts.Ratio(name) is { } ratio)
        {
            CheckRatio(ratio, min, max, path.Child("maxLimitRequestRatio").Key(name), errors);
        }

        if (!ResourceNames.IsOvercommitAllowed(name) && limit is { } whole && request is { } part && whole.Value != part.Value)
        {
            errors.Invalid(
                path.Child("defaultRequest").Key(name), $"{part}",
                $"default value {whole} must equal to defaultRequest value {part} in {name}");
        }

        void Order(
            (ResourceQuantity? Amount, string What) low, (ResourceQuantity? Amount, string What) high, string field,
            ResourceQuantity? shown)
        {
            if (low.Amount is { } small && high.Amount is { } large && small > large)
            {
                errors.Invalid(
                    path.Child(field).Key(name), $"{shown}",
                    $"{low.What} value {small} is greater than {high.What} value {large}");
            }
        }
    }

    private static void CheckRatio(
        ResourceQuantity ratio, ResourceQuantity? min, ResourceQuantity? max, FieldPath path, FieldErrorList errors)
    {
        if (ratio.Value < 1)
        {
            errors.Invalid(path, ratio.ToString(), $"ratio {ratio} is less than 1");
        }

        if (min is { Sign: > 0 } low && max is { } high && ratio.Value > high.Value / low.Value)
        {
            var most = (high.Value / low.Value).ToString("0.000000", CultureInfo.InvariantCulture);
            errors.Invalid(path, ratio.ToString(), $"ratio {ratio} is greater than max/min = {most}");
        }
    }

    /// <summary>The amounts of one item by resource.</summary>
    private sealed class Amounts(V1LimitRangeItem item)
    {
        public IEnumerable<string> Names =>
            new[] { item.Max, item.Min, item.Default, item.DefaultRequest, item.MaxLimitRequestRatio }
                .SelectMany(map => map?.Keys ?? Enumerable.Empty<string>()).Distinct();

        public ResourceQuantity? Max(string name) => Of(item.Max, name);

        public ResourceQuantity? Min(string name) => Of(item.Min, name);

        public ResourceQuantity? Default(string name) => item.Type == "Pod" ? null : Of(item.Default, name);

        public ResourceQuantity? DefaultRequest(string name) => item.Type == "Pod" ? null : Of(item.DefaultRequest, name);

        public ResourceQuantity? Ratio(string name) => Of(item.MaxLimitRequestRatio, name);

        private static ResourceQuantity? Of(Dictionary<string, ResourceQuantity>? amounts, string name) =>
            amounts?.TryGetValue(name, out var amount) == true ? amount : null;
    }
}
