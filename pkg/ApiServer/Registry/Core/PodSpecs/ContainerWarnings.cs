using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>What is odd about containers: variables that hide others, ports that stand twice, parts of bytes.</summary>
internal static class ContainerWarnings
{
    private static readonly string[] InBytes = ["memory", "ephemeral-storage"];

    /// <summary>Init containers first, then the others, as upstream visits them; <paramref name="path"/> is the spec's.</summary>
    public static IEnumerable<(JsonObject Container, FieldPath Path)> Visit(JsonObject? spec, FieldPath path) =>
        spec.Items("initContainers").Indexed(path.Child("initContainers"))
            .Concat(spec.Items("containers").Indexed(path.Child("containers")))
            .Concat(spec.Items("ephemeralContainers").Indexed(path.Child("ephemeralContainers")));

    /// <summary>Amounts and variables of one container.</summary>
    public static void Add(JsonObject container, FieldPath path, List<string> warnings)
    {
        foreach (var name in InBytes)
        {
            foreach (var kind in new[] { "limits", "requests" })
            {
                AddFraction(container.Child("resources").Child(kind), name, path.Child("resources", kind), warnings);
            }
        }

        AddHidden(container, path.Child("env"), warnings);
    }

    /// <summary>An amount that is no whole number of bytes.</summary>
    public static void AddFraction(JsonObject? amounts, string name, FieldPath path, List<string> warnings)
    {
        if (ResourceQuantity.TryParse((string?)amounts?[name], out var amount) && amount.MilliValue % 1000 != 0)
        {
            warnings.Add($"{path.Key(name)}: fractional byte value \"{amount}\" is invalid, must be an integer");
        }
    }

    /// <summary>Ports of all containers, which share one network.</summary>
    public static void AddPorts(JsonObject? spec, FieldPath path, List<string> warnings)
    {
        var known = new Dictionary<string, List<Port>>(StringComparer.Ordinal);
        foreach (var (container, containerAt) in Visit(spec, path))
        {
            foreach (var (json, at) in container.Items("ports").Indexed(containerAt.Child("ports")))
            {
                var port = new Port(json, at);
                if (port.HostIP.Length > 0 && port.HostPort == 0)
                {
                    warnings.Add($"{at}: hostIP set without hostPort: {port}");
                }

                var key = string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");
                if (!known.TryGetValue(key, out var others))
                {
                    known[key] = others = [];
                }

                warnings.AddRange(others.Select(other => Clash(port, other)).OfType<string>());
                others.Add(port);
            }
        }
    }

    private static void AddHidden(JsonObject container, FieldPath path, List<string> warnings)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (variable, at) in container.Items("env").Indexed(path))
        {
            var name = variable.Text("name");
            if (names.Add(name))
            {
                continue;
            }

            // X="$(X)y" builds on the one before.
            var (value, reference) = (variable.Text("value"), $"$({name})");
            if (variable["valueFrom"] is not null || value == reference
                || !value.Contains(reference, StringComparison.Ordinal))
            {
                warnings.Add($"{at}: hides previous definition of \"{name}\", which may be dropped when using apply");
            }
        }
    }

    private static string? Clash(Port port, Port other)
    {
        if (port.HostIP == other.HostIP && port.HostPort == other.HostPort)
        {
            return $"{port.Path}: duplicate port definition with {other.Path}";
        }

        if (port.HostPort == 0 || other.HostPort == 0)
        {
            return $"{port.Path}: overlapping port definition with {other.Path}";
        }

        return port.HostPort == other.HostPort && port.HostIP.Length == 0 != (other.HostIP.Length == 0)
            ? $"{port.Path}: dangerously ambiguous port definition with {other.Path}"
            : null;
    }

    private sealed record Port(JsonObject Json, FieldPath Path)
    {
        public string HostIP { get; } = Json.Text("hostIP");

        public long HostPort { get; } = Json.Integer("hostPort") ?? 0;

        public long ContainerPort { get; } = Json.Integer("containerPort") ?? 0;

        public string Protocol { get; } = Json.Text("protocol");

        // As Go prints a struct.
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{{Name:{Json.Text("name")} HostPort:{HostPort} ContainerPort:{ContainerPort} Protocol:{Protocol} HostIP:{HostIP}}}");
    }
}
