using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>Which APIServices cannot be reached, under upstream's names.</summary>
internal static class AvailabilityMetrics
{
    private static readonly Gauge<long> Unavailable = ApiMetrics.Meter.CreateGauge<long>(
        "aggregator_unavailable_apiservice", null,
        "Gauge of APIServices which are marked as unavailable broken down by APIService name.");

    private static readonly Counter<long> Losses = ApiMetrics.Meter.CreateCounter<long>(
        "aggregator_unavailable_apiservice_total", null,
        "Counter of APIServices which are marked as unavailable broken down by APIService name and reason.");

    /// <summary>What is the case now. One that is gone counts as available: nobody misses it.</summary>
    public static void Observe(string name, bool isAvailable) =>
        Unavailable.Record(isAvailable ? 0 : 1, new KeyValuePair<string, object?>("name", name));

    /// <summary>One that could be reached cannot any more.</summary>
    public static void Lost(string name, string reason) => Losses.Add(
        1, new KeyValuePair<string, object?>("name", name), new KeyValuePair<string, object?>("reason", reason));
}
