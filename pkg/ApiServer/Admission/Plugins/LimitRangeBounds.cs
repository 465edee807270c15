using System.Globalization;
using Kube1.Api;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>The bounds of one item of a LimitRange, with upstream's messages.</summary>
internal static class LimitRangeBounds
{
    public static void Check(
        V1LimitRangeItem item, Dictionary<string, ResourceQuantity> requests, Dictionary<string, ResourceQuantity> limits,
        List<string> errors)
    {
        foreach (var (name, bound) in item.Min ?? [])
        {
            Minimum(item.Type, name, bound, Find(requests, name), Find(limits, name), errors);
        }

        foreach (var (name, bound) in item.Max ?? [])
        {
            Maximum(item.Type, name, bound, Find(requests, name), Find(limits, name), errors);
        }

        foreach (var (name, bound) in item.Type == "PersistentVolumeClaim" ? [] : item.MaxLimitRequestRatio ?? [])
        {
            Ratio(item.Type, name, bound, Find(requests, name), Find(limits, name), errors);
        }
    }

    private static ResourceQuantity? Find(Dictionary<string, ResourceQuantity> amounts, string name) =>
        amounts.TryGetValue(name, out var quantity) ? quantity : null;

    private static void Minimum(
        string type, string name, ResourceQuantity bound, ResourceQuantity? request, ResourceQuantity? limit,
        List<string> errors)
    {
        var start = $"minimum {name} usage per {type} is {bound}";
        if (request is null)
        {
            errors.Add(start + ".  No request is specified");
        }
        else if (request.Value.CompareTo(bound) < 0)
        {
            errors.Add($"{start}, but request is {request}");
        }
        else if (limit is { } given && given.CompareTo(bound) < 0)
        {
            errors.Add($"{start}, but limit is {given}");
        }
    }

    /// <summary>A claim has only requests: they are what its maximum bounds.</summary>
    private static void Maximum(
        string type, string name, ResourceQuantity bound, ResourceQuantity? request, ResourceQuantity? limit,
        List<string> errors)
    {
        var start = $"maximum {name} usage per {type} is {bound}";
        if (type == "PersistentVolumeClaim")
        {
            if (request is null)
            {
                errors.Add(start + ".  No request is specified");
            }
            else if (request.Value.CompareTo(bound) > 0)
            {
                errors.Add($"{start}, but request is {request}");
            }
        }
        else if (limit is null)
        {
            errors.Add(start + ".  No limit is specified");
        }
        else if (limit.Value.CompareTo(bound) > 0)
        {
            errors.Add($"{start}, but limit is {limit}");
        }
        else if (request is { } asked && asked.CompareTo(bound) > 0)
        {
            errors.Add($"{start}, but request is {asked}");
        }
    }

    private static void Ratio(
        string type, string name, ResourceQuantity bound, ResourceQuantity? request, ResourceQuantity? limit,
        List<string> errors)
    {
        var start = $"{name} max limit to request ratio per {type} is {bound}, but ";
        if (request is null || request.Value.Value == 0)
        {
            errors.Add(start + "no request is specified or request is 0");
        }
        else if (limit is null || limit.Value.Value == 0)
        {
            errors.Add(start + "no limit is specified or limit is 0");
        }
        else if (limit.Value.Value / request.Value.Value is var ratio && ratio > bound.Value)
        {
            errors.Add(start + "provided ratio is " + ratio.ToString("F6", CultureInfo.InvariantCulture));
        }
    }
}
