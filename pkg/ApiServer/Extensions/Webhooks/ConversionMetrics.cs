using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Extensions.Webhooks;

/// <summary>Conversion webhooks under upstream's names.</summary>
internal static class ConversionMetrics
{
    /// <summary>The webhook gave no answer.</summary>
    public const string CallFailure = "conversion_webhook_call_failure";

    /// <summary>The answer is none.</summary>
    public const string MalformedResponse = "conversion_webhook_malformed_response_failure";

    /// <summary>Some objects are missing.</summary>
    public const string PartialResponse = "conversion_webhook_partial_response_failure";

    /// <summary>An object is not what was asked for.</summary>
    public const string InvalidObject = "conversion_webhook_invalid_converted_object_failure";

    private static readonly Counter<long> Requests = ApiMetrics.Meter.CreateCounter<long>(
        "apiserver_conversion_webhook_request_total", null,
        "Counter for conversion webhook requests with success/failure and failure error type");

    private static readonly Histogram<double> Duration = ApiMetrics.Meter.CreateHistogram(
        "apiserver_conversion_webhook_duration_seconds", "s", "Conversion webhook request latency", null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60],
        });

    /// <summary>A conversion is over; null for one that went well.</summary>
    public static void Observe(string? failure, TimeSpan elapsed)
    {
        var result = new KeyValuePair<string, object?>("result", failure is null ? "success" : "failure");
        var type = new KeyValuePair<string, object?>("failure_type", failure ?? "");
        Requests.Add(1, result, type);
        Duration.Record(elapsed.TotalSeconds, result, type);
    }
}
