using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Kube1.ApiServer.Http;

/// <summary>
/// /metrics: what System.Diagnostics.Metrics instruments of this process have measured, as Prometheus text. Listens to
/// every meter whose name begins with "Kube1".
/// </summary>
internal sealed class MetricsExporter : IDisposable
{
    /// <summary>A family with more series than this has a label that it should not have; the rest is dropped.</summary>
    private const int MaxSeries = 10_000;

    // Upstream's buckets of request durations, for instruments that name no others.
    private static readonly double[] Bounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<string, Family> _families = new();
    private readonly MeterListener _listener = new();

    public MetricsExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Kube1", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(
                    instrument, _families.GetOrAdd(instrument.Name, _ => new Family(instrument)));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, v, tags, state) => ((Family)state!).Record(v, tags));
        _listener.SetMeasurementEventCallback<int>((_, v, tags, state) => ((Family)state!).Record(v, tags));
        _listener.SetMeasurementEventCallback<double>((_, v, tags, state) => ((Family)state!).Record(v, tags));
        _listener.Start();
    }

    /// <summary>Answers with all families, sorted by name.</summary>
    public async ValueTask WriteAsync(RequestScope scope)
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (_, family) in _families.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            family.WriteTo(text);
        }

        var response = scope.Http.Response;
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), scope.Aborted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private sealed class Family(Instrument instrument)
    {
        private readonly ConcurrentDictionary<MetricLabels, Series> _series = new(new MetricLabels.Comparer());
        private readonly bool _histogram = instrument is Histogram<double> or Histogram<int> or Histogram<long>;
        private readonly double[] _bounds =
            [.. (instrument as Instrument<double>)?.Advice?.HistogramBucketBoundaries ?? Bounds];
        private readonly bool _adds = instrument is Counter<long> or Counter<int> or Counter<double>
            or UpDownCounter<long> or UpDownCounter<int> or UpDownCounter<double>;

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var known = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
            if (!known.TryGetValue(tags, out var series))
            {
                if (_series.Count >= MaxSeries)
                {
                    return;
                }

                known.TryAdd(tags, new Series(_histogram ? _bounds : []));
                series = known[tags];
            }

            series.Record(value, _adds);
        }

        public void WriteTo(StringBuilder text)
        {
            var type = _histogram ? "histogram" : instrument is Counter<long> or Counter<int> or Counter<double>
                or ObservableCounter<long> or ObservableCounter<double> ? "counter" : "gauge";
            text.Append($"# HELP {instrument.Name} {instrument.Description}\n# TYPE {instrument.Name} {type}\n");
            foreach (var (labels, series) in _series.OrderBy(s => s.Key.Text, StringComparer.Ordinal))
            {
                series.WriteTo(text, instrument.Name, labels.Text);
            }
        }
    }

    private sealed class Series(double[] bounds)
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[bounds.Length];
        private double _value;
        private long _count;

        public void Record(double value, bool adds)
        {
            lock (_lock)
            {
                _value = adds || bounds.Length > 0 ? _value + value : value;
                _count++;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    if (value <= bounds[i])
                    {
                        _buckets[i]++;
                    }
                }
            }
        }

        public void WriteTo(StringBuilder text, string name, string labels)
        {
            lock (_lock)
            {
                if (bounds.Length == 0)
                {
                    text.Append(name).Append(Braces(labels)).Append(' ').Append(Number(_value)).Append('\n');
                    return;
                }

                var before = labels.Length == 0 ? "" : labels + ",";
                for (var i = 0; i < bounds.Length; i++)
                {
                    text.Append($"{name}_bucket{{{before}le=\"{Number(bounds[i])}\"}} {_buckets[i]}\n");
                }

                text.Append($"{name}_bucket{{{before}le=\"+Inf\"}} {_count}\n");
                text.Append($"{name}_sum{Braces(labels)} {Number(_value)}\n{name}_count{Braces(labels)} {_count}\n");
            }
        }

        private static string Braces(string labels) => labels.Length == 0 ? "" : "{" + labels + "}";

        private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }
}
