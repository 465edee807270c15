using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Kube1.ApiServer.Http;

/// <summary>The server's instruments, under upstream's names.</summary>
internal static class ApiMetrics
{
    public static readonly Meter Meter = new("Kube1.ApiServer");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "apiserver_request_total", null, "Counter of apiserver requests broken out for each verb, resource and code.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "apiserver_request_duration_seconds", "s", "Response latency distribution in seconds for each verb and resource.");

    private static readonly UpDownCounter<long> LongRunning = Meter.CreateUpDownCounter<long>(
        "apiserver_longrunning_requests", null, "Gauge of all active long-running apiserver requests.");

    private static readonly UpDownCounter<long> InFlight = Meter.CreateUpDownCounter<long>(
        "apiserver_current_inflight_requests", null, "Number of requests that are being served.");

    /// <summary>Counts and times a request until disposed.</summary>
    public static Measured Begin(RequestScope scope, TimeProvider time) => new(scope, time);

    /// <summary>A request being measured.</summary>
    public readonly struct Measured : IDisposable
    {
        private readonly RequestScope _scope;
        private readonly TimeProvider _time;
        private readonly long _start;

        public Measured(RequestScope scope, TimeProvider time)
        {
            _scope = scope;
            _time = time;
            _start = time.GetTimestamp();
            if (LongRunningRequests.Contains(scope.Info))
            {
                LongRunning.Add(1, Tags(scope));
            }
            else
            {
                InFlight.Add(1, new KeyValuePair<string, object?>("request_kind", KindOf(scope)));
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            var tags = Tags(_scope);
            if (LongRunningRequests.Contains(_scope.Info))
            {
                LongRunning.Add(-1, tags);
            }
            else
            {
                InFlight.Add(-1, new KeyValuePair<string, object?>("request_kind", KindOf(_scope)));
                Duration.Record(_time.GetElapsedTime(_start).TotalSeconds, tags);
            }

            tags.Add("code", _scope.Http.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
            Requests.Add(1, tags);
        }

        private static string KindOf(RequestScope scope) =>
            scope.Info.Verb is "get" or "list" or "watch" or "head" or "options" ? "readOnly" : "mutating";

        // Names that clients made up must not become labels: unknown resources count as one.
        private static TagList Tags(RequestScope scope) => new()
        {
            { "verb", scope.Info.Verb.Length is > 0 and < 20 ? scope.Info.Verb.ToUpperInvariant() : "OTHER" },
            { "group", scope.Resource?.GroupResource.Group ?? "" },
            { "version", scope.Resource?.Descriptor.Resource.Version ?? "" },
            { "resource", scope.Resource?.GroupResource.Resource ?? "" },
            { "subresource", scope.Resource is null ? "" : scope.Info.Subresource },
        };
    }
}
