using System.Text.Json.Nodes;
using Kube1.Api.Models;

namespace Kube1.Controllers.EndpointSlices;

/// <summary>Endpoints that share the numbers of their ports, and so may share slices.</summary>
internal sealed record EndpointGroup(List<Discoveryv1EndpointPort> Ports, List<V1Endpoint> Endpoints);

/// <summary>
/// What to do to the slices of a Service. Slices to create have an address type, ports and endpoints only.
/// </summary>
internal sealed record EndpointSlicePlan(
    List<V1EndpointSlice> Create, List<V1EndpointSlice> Update, List<V1EndpointSlice> Delete);

/// <summary>
/// Spreads endpoints over slices with few writes: what is in a slice and still right stays there; what is gone or
/// changed
/// is written in place; newcomers fill the slices that are written anyway, then one that has room, then new ones. The
/// slices may so be less than full, as KEP-752 accepts: each write of a slice goes to every node.
/// </summary>
internal static class EndpointSlicePlanner
{
    /// <summary>Upstream's --max-endpoints-per-slice.</summary>
    public const int MaxEndpoints = 100;

    /// <param name="addressType">IPv4 or IPv6.</param>
    /// <param name="existing">The slices of this address type that the Service has.</param>
    /// <param name="groups">The endpoints that it should have.</param>
    /// <param name="max">How many endpoints a slice holds.</param>
    public static EndpointSlicePlan Plan(
        string addressType, IEnumerable<V1EndpointSlice> existing, IEnumerable<EndpointGroup> groups, int max = MaxEndpoints)
    {
        var plan = new EndpointSlicePlan([], [], []);
        var byPorts = existing.GroupBy(s => PortsKey(s.Ports)).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var group in groups)
        {
            byPorts.Remove(PortsKey(group.Ports), out var slices);
            PlanGroup(addressType, slices ?? [], group, max, plan);
        }

        foreach (var slice in byPorts.Values.SelectMany(s => s))
        {
            plan.Delete.Add(slice);
        }

        return plan;
    }

    /// <summary>The same for equal sets of ports.</summary>
    public static string PortsKey(List<Discoveryv1EndpointPort>? ports) => string.Join(
        ';', (ports ?? []).Select(p => $"{p.Name}|{p.Protocol ?? "TCP"}|{p.Port}|{p.AppProtocol}").Order(StringComparer.Ordinal));

    private static void PlanGroup(
        string addressType, List<V1EndpointSlice> slices, EndpointGroup group, int max, EndpointSlicePlan plan)
    {
        var wanted = new Dictionary<string, V1Endpoint>();
        foreach (var endpoint in group.Endpoints)
        {
            wanted.TryAdd(Identity(endpoint), endpoint);
        }

        var unchanged = new List<V1EndpointSlice>();
        var changed = new List<V1EndpointSlice>();
        foreach (var slice in slices.OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal))
        {
            var (kept, differs) = Keep(slice, wanted);
            if (!differs)
            {
                unchanged.Add(slice);
            }
            else
            {
                changed.Add(With(slice, kept));
            }
        }

        var open = new Queue<V1Endpoint>(wanted.Values);
        Fill(changed.Where(s => s.Endpoints!.Count > 0), open, max);
        Fill(changed.Where(s => s.Endpoints!.Count == 0), open, max);
        FillOneWithRoom(unchanged, changed, open, max);
        while (open.Count > 0)
        {
            plan.Create.Add(Take(new V1EndpointSlice { AddressType = addressType, Ports = group.Ports, Endpoints = [] }, open, max));
        }

        // A Service without endpoints keeps one empty slice, which says so; it is a placeholder without ports.
        var isPlaceholder = group.Ports.Count == 0 && group.Endpoints.Count == 0;
        if (isPlaceholder)
        {
            KeepOnePlaceholder(addressType, unchanged, changed, plan);
            return;
        }

        plan.Update.AddRange(changed.Where(s => s.Endpoints!.Count > 0));
        plan.Delete.AddRange(changed.Where(s => s.Endpoints!.Count == 0));
        plan.Delete.AddRange(unchanged.Where(s => s.Endpoints is not { Count: > 0 }));
    }

    private static void KeepOnePlaceholder(
        string addressType, List<V1EndpointSlice> unchanged, List<V1EndpointSlice> changed, EndpointSlicePlan plan)
    {
        if (unchanged.Count > 0)
        {
            plan.Delete.AddRange(unchanged.Skip(1));
            plan.Delete.AddRange(changed);
        }
        else if (changed.Count > 0)
        {
            plan.Update.Add(changed[0]);
            plan.Delete.AddRange(changed.Skip(1));
        }
        else
        {
            plan.Create.Add(new V1EndpointSlice { AddressType = addressType, Ports = [], Endpoints = [] });
        }
    }

    /// <summary>Takes from <paramref name="wanted"/> what the slice has, in the form that is wanted.</summary>
    private static (List<V1Endpoint> Kept, bool Differs) Keep(V1EndpointSlice slice, Dictionary<string, V1Endpoint> wanted)
    {
        var kept = new List<V1Endpoint>();
        var differs = false;
        foreach (var endpoint in slice.Endpoints ?? [])
        {
            if (!wanted.Remove(Identity(endpoint), out var now))
            {
                differs = true;
                continue;
            }

            differs |= !JsonNode.DeepEquals(KubeJson.ToJson(endpoint), KubeJson.ToJson(now));
            kept.Add(now);
        }

        return (kept, differs);
    }

    private static void Fill(IEnumerable<V1EndpointSlice> slices, Queue<V1Endpoint> open, int max)
    {
        foreach (var slice in slices)
        {
            Take(slice, open, max);
        }
    }

    /// <summary>Rather than a new slice for the rest, the fullest unchanged one that can hold all of it.</summary>
    private static void FillOneWithRoom(
        List<V1EndpointSlice> unchanged, List<V1EndpointSlice> changed, Queue<V1Endpoint> open, int max)
    {
        if (open.Count == 0)
        {
            return;
        }

        var rest = open.Count % max;
        var target = unchanged.Where(s => (s.Endpoints?.Count ?? 0) + rest <= max).MaxBy(s => s.Endpoints?.Count ?? 0);
        if (rest == 0 || target is null)
        {
            return;
        }

        unchanged.Remove(target);
        var copy = With(target, [.. target.Endpoints ?? []]);
        for (var i = 0; i < rest; i++)
        {
            copy.Endpoints!.Add(open.Dequeue());
        }

        changed.Add(copy);
    }

    private static V1EndpointSlice Take(V1EndpointSlice slice, Queue<V1Endpoint> open, int max)
    {
        while (slice.Endpoints!.Count < max && open.TryDequeue(out var endpoint))
        {
            slice.Endpoints.Add(endpoint);
        }

        return slice;
    }

    private static V1EndpointSlice With(V1EndpointSlice slice, List<V1Endpoint> endpoints)
    {
        var copy = KubeJson.Clone(slice);
        copy.Endpoints = endpoints;
        return copy;
    }

    private static string Identity(V1Endpoint endpoint) =>
        string.Join(',', endpoint.Addresses) + "|" + endpoint.TargetRef?.Uid;
}
