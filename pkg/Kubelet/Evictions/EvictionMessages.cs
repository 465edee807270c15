using System.Globalization;
using System.Text;
using Kube1.Api.Models;

namespace Kube1.Kubelet.Evictions;

/// <summary>The words of evictions, which clients parse: each sentence ends in a blank.</summary>
internal static class EvictionMessages
{
    public const string Reason = "Evicted";

    public static string NodeLow(PressureSignal signal, PodUsage pod)
    {
        var text = new StringBuilder($"The node was low on resource: {signal.Resource}. ");
        text.Append(CultureInfo.InvariantCulture,
            $"Threshold quantity: {Quantity(signal.Threshold)}, available: {Quantity(signal.Available)}. ");
        foreach (var container in pod.Containers)
        {
            var used = signal.Resource == PressureSignal.Memory ? container.MemoryBytes : container.DiskBytes;
            var request = Request(container.Container, signal.Resource);
            if (signal.Resource != PressureSignal.Inodes && used > request)
            {
                text.Append(CultureInfo.InvariantCulture, $"Container {container.Container.Name} was using ")
                    .Append(CultureInfo.InvariantCulture, $"{Quantity((ulong)used)}, request is ")
                    .Append(CultureInfo.InvariantCulture, $"{Quantity((ulong)request)}, ")
                    .Append(CultureInfo.InvariantCulture, $"has larger consumption of {signal.Resource}. ");
            }
        }

        return text.ToString();
    }

    public static string EmptyDirFull(string volume, string limit) =>
        $"Usage of EmptyDir volume \"{volume}\" exceeds the limit \"{limit}\". ";

    public static string ContainerFull(string container, string limit) =>
        $"Container {container} exceeded its local ephemeral storage limit \"{limit}\". ";

    public static string PodFull(decimal limit) =>
        $"Pod ephemeral local storage usage exceeds the total limit of containers {Quantity((ulong)limit)}. ";

    public static string NotAdmitted(IReadOnlyList<string> conditions) =>
        $"The node had condition: [{string.Join(' ', conditions)}]. ";

    public static decimal Request(V1Container container, string resource) =>
        container.Resources?.Requests is { } requests && requests.TryGetValue(resource, out var quantity)
            ? quantity.Value
            : 0m;

    /// <summary>As upstream writes binary quantities: the largest unit without a fraction.</summary>
    public static string Quantity(ulong amount)
    {
        var units = new[] { "", "Ki", "Mi", "Gi", "Ti", "Pi" };
        var unit = 0;
        while (amount > 0 && amount % 1024 == 0 && unit < units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return amount.ToString(CultureInfo.InvariantCulture) + units[unit];
    }
}
