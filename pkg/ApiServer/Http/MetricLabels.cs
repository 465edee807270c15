using System.Text;

namespace Kube1.ApiServer.Http;

/// <summary>The labels of a series: as they were measured, and as Prometheus text.</summary>
internal sealed class MetricLabels
{
    private readonly KeyValuePair<string, object?>[] _tags;

    private MetricLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = tags.ToArray();
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var escaped = (value?.ToString() ?? "").Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(escaped).Append('"');
        }

        Text = text.ToString();
    }

    /// <summary>verb="GET",code="200"</summary>
    public string Text { get; }

    /// <summary>Finds labels by the tags of a measurement, which come with every request: nothing is made to look them up.</summary>
    public sealed class Comparer
        : IEqualityComparer<MetricLabels>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, MetricLabels>
    {
        public MetricLabels Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, MetricLabels other)
        {
            if (alternate.Length != other._tags.Length)
            {
                return false;
            }

            for (var i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other._tags[i].Key || !Equals(alternate[i].Value, other._tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (name, value) in alternate)
            {
                hash.Add(name);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        public bool Equals(MetricLabels? x, MetricLabels? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x._tags.AsSpan(), y));

        public int GetHashCode(MetricLabels obj) => GetHashCode(obj._tags.AsSpan());
    }
}
