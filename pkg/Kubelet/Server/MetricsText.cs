using System.Globalization;
using System.Text;
using Kube1.Api.Json;

namespace Kube1.Kubelet.Server;

/// <summary>
/// Metrics as Prometheus text, families and series in order of their names.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
/// </summary>
internal sealed class MetricsText
{
    /// <summary>What <see cref="ToString"/> is, for the header of an answer.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    private sealed record Family(string Type, string Help, SortedSet<string> Series);

    public void Gauge(
        string name, string help, double value, DateTimeOffset? at,
        params ReadOnlySpan<(string Name, string Value)> labels) =>
        Add(name, "gauge", help, value, at, labels);

    public void Counter(
        string name, string help, double value, DateTimeOffset? at,
        params ReadOnlySpan<(string Name, string Value)> labels) =>
        Add(name, "counter", help, value, at, labels);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in _families)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(family.Help).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
            text.AppendJoin("", family.Series);
        }

        return text.ToString();
    }

    private void Add(
        string name, string type, string help, double value, DateTimeOffset? at,
        ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            _families[name] = family = new Family(type, help, new SortedSet<string>(StringComparer.Ordinal));
        }

        var line = new StringBuilder(name);
        for (var i = 0; i < labels.Length; i++)
        {
            line.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        }

        line.Append(labels.Length > 0 ? "} " : " ").Append(GoFloat.ToText(value));
        if (at is { } time)
        {
            line.Append(' ').Append(time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        }

        family.Series.Add(line.Append('\n').ToString());
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
