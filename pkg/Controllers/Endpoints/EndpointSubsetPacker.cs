using System.Globalization;
using Kube1.Api.Models;

namespace Kube1.Controllers.Endpoints;

/// <summary>One address of a Service at one of its ports.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; null for a headless Service without ports.</param>
/// <param name="Ready">Whether it serves.</param>
internal sealed record AddressAtPort(V1EndpointAddress Address, Corev1EndpointPort? Port, bool Ready);

/// <summary>
/// Packs addresses and ports into the fewest subsets, in a canonical order, so that equal endpoints give equal objects:
/// addresses with the same set of ports share a subset. Upstream's RepackSubsets.
/// </summary>
internal static class EndpointSubsetPacker
{
    /// <summary>Upstream's maxCapacity: beyond it an Endpoints object is cut, and says so in an annotation.</summary>
    public const int MaxAddresses = 1000;

    public static List<V1EndpointSubset> Pack(IEnumerable<AddressAtPort> entries)
    {
        var byAddress = entries.GroupBy(e => (Key: AddressKey(e.Address), e.Ready));
        var bySignature = new SortedDictionary<string, (List<Corev1EndpointPort> Ports, V1EndpointSubset Subset)>(StringComparer.Ordinal);
        foreach (var group in byAddress)
        {
            var ports = group.Where(e => e.Port is not null).Select(e => e.Port!)
                .DistinctBy(PortKey).OrderBy(PortKey, StringComparer.Ordinal).ToList();
            var signature = string.Join(';', ports.Select(PortKey));
            if (!bySignature.TryGetValue(signature, out var entry))
            {
                bySignature[signature] = entry = (ports, new V1EndpointSubset { Ports = ports.Count == 0 ? null : ports });
            }

            var list = group.Key.Ready ? entry.Subset.Addresses ??= [] : entry.Subset.NotReadyAddresses ??= [];
            list.Add(group.First().Address);
        }

        foreach (var (_, subset) in bySignature.Values)
        {
            subset.Addresses?.Sort(CompareAddresses);
            subset.NotReadyAddresses?.Sort(CompareAddresses);
        }

        return [.. bySignature.Values.Select(v => v.Subset)];
    }

    /// <summary>
    /// Cuts the subsets to <see cref="MaxAddresses"/>, those that are not ready first, the rest in proportion. True
    /// when
    /// there were too many.
    /// </summary>
    public static bool Truncate(List<V1EndpointSubset> subsets)
    {
        var ready = subsets.Sum(s => s.Addresses?.Count ?? 0);
        var notReady = subsets.Sum(s => s.NotReadyAddresses?.Count ?? 0);
        if (ready + notReady <= MaxAddresses)
        {
            return false;
        }

        var keepReady = Math.Min(ready, MaxAddresses);
        var keepNotReady = MaxAddresses - keepReady;
        foreach (var subset in subsets)
        {
            subset.Addresses = Share(subset.Addresses, keepReady, ready);
            subset.NotReadyAddresses = Share(subset.NotReadyAddresses, keepNotReady, notReady);
        }

        subsets.RemoveAll(s => s.Addresses is null && s.NotReadyAddresses is null);
        return true;
    }

    private static List<V1EndpointAddress>? Share(List<V1EndpointAddress>? addresses, int keep, int total)
    {
        if (addresses is null || keep == 0)
        {
            return null;
        }

        var share = (int)((long)addresses.Count * keep / total);
        return share == 0 ? null : addresses[..share];
    }

    private static string AddressKey(V1EndpointAddress a) => a.Ip + "|" + a.TargetRef?.Uid;

    private static string PortKey(Corev1EndpointPort p) => string.Create(
        CultureInfo.InvariantCulture, $"{p.Name}|{p.Protocol}|{p.Port:D5}|{p.AppProtocol}");

    private static int CompareAddresses(V1EndpointAddress a, V1EndpointAddress b) =>
        string.CompareOrdinal(AddressKey(a), AddressKey(b));
}
