using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>What one write of a Service takes: cluster IPs and node ports, written into the object.</summary>
internal sealed class ServiceReservation : IReservation
{
    private static readonly GroupVersionKind Kind = new("", "v1", "Service");

    private readonly StrategyContext _context;
    private readonly ServiceAllocations _allocations;
    private readonly JsonObject _spec;
    private readonly string _name;
    private readonly string? _uid;
    private readonly List<string> _taken = [];

    private ServiceReservation(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        _context = context;
        _allocations = ServiceAllocations.Of(context.Objects);
        _spec = obj.Ensure("spec");
        _name = (string?)obj["metadata"]?["name"] ?? "";
        _uid = (string?)old?["metadata"]?["uid"];
    }

    /// <summary>Takes what the Service asks for and does not have yet. Throws the 422 that upstream answers when it cannot.</summary>
    public static ServiceReservation Take(StrategyContext context, JsonObject obj, JsonObject? old)
    {
        var reservation = new ServiceReservation(context, obj, old);
        try
        {
            reservation.TakeAddresses(old?.Child("spec"));
            reservation.TakeNodePorts(old?.Child("spec"));
            reservation.TakeHealthCheckPort(old?.Child("spec"));
            return reservation;
        }
        catch
        {
            reservation.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Commit()
    {
        // The store holds it from now on, so the mark of the request under way can go; Dispose does that.
    }

    /// <inheritdoc/>
    public void Dispose() => _allocations.Release(_taken);

    private void TakeAddresses(JsonObject? before)
    {
        if ((string?)_spec["type"] == "ExternalName")
        {
            return;
        }

        new ServiceFamilies(_context.Settings, _spec, _name).Fill();
        var asked = (string?)_spec["clusterIP"] ?? (string?)(_spec["clusterIPs"] as JsonArray)?.FirstOrDefault() ?? "";
        if (asked == "None")
        {
            SetAddress("None");
        }
        else if (asked.Length == 0)
        {
            var range = _context.Settings.ServiceCidrs[0];
            var address = _allocations.TakeAddress(_context.Objects, range)
                ?? throw ApiErrors.Internal("failed to allocate a serviceIP: range is full");
            _taken.Add(address.ToString());
            SetAddress(address.ToString());
        }
        else
        {
            if (asked != (string?)before?["clusterIP"])
            {
                TakeGivenAddress(asked);
            }

            SetAddress(asked);
        }
    }

    private void TakeGivenAddress(string asked)
    {
        var path = FieldPath.Of("spec", "clusterIPs");
        var range = _context.Settings.ServiceCidrs[0];
        if (!IPAddress.TryParse(asked, out var address) || !range.Contains(address))
        {
            throw Invalid(e => e.Invalid(
                path, VerbatimValue.List([asked]),
                $"failed to allocate IP {asked}: the provided IP ({asked}) is not in the valid range. "
                + $"The range of valid IPs is {range}"));
        }

        if (!_allocations.TryTakeAddress(_context.Objects, address, _uid))
        {
            throw Invalid(e => e.Invalid(
                path, VerbatimValue.List([asked]), $"failed to allocate IP {asked}: provided IP is already allocated"));
        }

        _taken.Add(address.ToString());
    }

    private void SetAddress(string address)
    {
        _spec["clusterIP"] = address;
        _spec["clusterIPs"] = new JsonArray(address);
    }

    private void TakeNodePorts(JsonObject? before)
    {
        var wanted = (string?)_spec["type"] == "NodePort"
            || ((string?)_spec["type"] == "LoadBalancer" && (bool?)_spec["allocateLoadBalancerNodePorts"] != false);
        var (first, last) = (_context.Settings.NodePortFirst, _context.Settings.NodePortLast);
        var held = before.Items("ports").Select(p => (p["nodePort"].AsLong(), (string?)p["protocol"])).ToHashSet();
        var index = 0;
        foreach (var port in _spec.Items("ports"))
        {
            var path = FieldPath.Of("spec", "ports").Index(index++).Child("nodePort");
            var protocol = (string?)port["protocol"] ?? "TCP";
            if (port["nodePort"].AsLong() is > 0 and { } given)
            {
                if (!held.Contains((given, protocol)))
                {
                    TakeGivenPort(path, (int)given, protocol, first, last);
                }
            }
            else if (wanted)
            {
                var taken = _allocations.TakePort(_context.Objects, first, last, protocol)
                    ?? throw ApiErrors.Internal("failed to allocate a nodePort: range is full");
                _taken.Add(ServiceAllocations.PortKey(taken, protocol));
                port["nodePort"] = taken;
            }
        }
    }

    private void TakeGivenPort(FieldPath path, int port, string protocol, int first, int last)
    {
        if (port < first || port > last)
        {
            throw Invalid(e => e.Invalid(
                path, port, $"provided port is not in the valid range. The range of valid ports is {first}-{last}"));
        }

        // One Service may have one node port for TCP and for UDP; this request may have taken it a line above.
        if (!_allocations.TryTakePort(_context.Objects, port, protocol, _uid))
        {
            throw Invalid(e => e.Invalid(path, port, "provided port is already allocated"));
        }

        _taken.Add(ServiceAllocations.PortKey(port, protocol));
    }

    private void TakeHealthCheckPort(JsonObject? before)
    {
        var wanted = (string?)_spec["type"] == "LoadBalancer" && (string?)_spec["externalTrafficPolicy"] == "Local";
        if (!wanted)
        {
            return;
        }

        var (first, last) = (_context.Settings.NodePortFirst, _context.Settings.NodePortLast);
        if (_spec["healthCheckNodePort"].AsLong() is > 0 and { } given)
        {
            if (given != before?["healthCheckNodePort"].AsLong())
            {
                TakeGivenPort(FieldPath.Of("spec", "healthCheckNodePort"), (int)given, "TCP", first, last);
            }

            return;
        }

        var taken = _allocations.TakePort(_context.Objects, first, last, "TCP")
            ?? throw ApiErrors.Internal(string.Create(
                CultureInfo.InvariantCulture, $"failed to allocate a healthCheckNodePort: the range {first}-{last} is full"));
        _taken.Add(ServiceAllocations.PortKey(taken, "TCP"));
        _spec["healthCheckNodePort"] = taken;
    }

    private ApiException Invalid(Action<FieldErrorList> add)
    {
        var errors = new FieldErrorList();
        add(errors);
        return ApiErrors.Invalid(Kind, _name, errors);
    }
}
