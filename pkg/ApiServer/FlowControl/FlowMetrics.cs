using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.FlowControl;

/// <summary>Instruments of priority and fairness, under upstream's names.</summary>
internal static class FlowMetrics
{
    private const string Prefix = "apiserver_flowcontrol_";

    private static readonly Counter<long> Rejected = ApiMetrics.Meter.CreateCounter<long>(
        Prefix + "rejected_requests_total", null, "Number of requests rejected by API Priority and Fairness subsystem");

    private static readonly Counter<long> Dispatched = ApiMetrics.Meter.CreateCounter<long>(
        Prefix + "dispatched_requests_total", null, "Number of requests executed by API Priority and Fairness subsystem");

    private static readonly UpDownCounter<long> InQueue = ApiMetrics.Meter.CreateUpDownCounter<long>(
        Prefix + "current_inqueue_requests", null,
        "Number of requests currently pending in queues of the API Priority and Fairness subsystem");

    private static readonly UpDownCounter<long> SeatsInQueue = ApiMetrics.Meter.CreateUpDownCounter<long>(
        Prefix + "current_inqueue_seats", null,
        "Number of seats currently pending in queues of the API Priority and Fairness subsystem");

    private static readonly UpDownCounter<long> Executing = ApiMetrics.Meter.CreateUpDownCounter<long>(
        Prefix + "current_executing_requests", null,
        "Number of requests that hold seats (a watch only until it has begun) in the API Priority and Fairness subsystem");

    private static readonly UpDownCounter<long> SeatsExecuting = ApiMetrics.Meter.CreateUpDownCounter<long>(
        Prefix + "current_executing_seats", null,
        "Number of seats that requests hold (a watch only until it has begun) in the API Priority and Fairness subsystem");

    private static readonly Histogram<double> Execution = ApiMetrics.Meter.CreateHistogram<double>(
        Prefix + "request_execution_seconds", "s",
        "Time that requests held seats (a watch only until it had begun) in the API Priority and Fairness subsystem");

    private static readonly Histogram<double> Wait = ApiMetrics.Meter.CreateHistogram<double>(
        Prefix + "request_wait_duration_seconds", "s", "Length of time a request spent waiting in its queue");

    private static readonly Gauge<long> Nominal = ApiMetrics.Meter.CreateGauge<long>(
        Prefix + "nominal_limit_seats", null, "Nominal number of execution seats configured for each priority level");

    private static readonly Gauge<long> Lower = ApiMetrics.Meter.CreateGauge<long>(
        Prefix + "lower_limit_seats", null,
        "Configured lower bound on number of execution seats available to each priority level");

    private static readonly Gauge<long> Upper = ApiMetrics.Meter.CreateGauge<long>(
        Prefix + "upper_limit_seats", null,
        "Configured upper bound on number of execution seats available to each priority level");

    /// <summary>The limits of a level have been set.</summary>
    public static void Limits(LevelLimits limits)
    {
        var tag = new KeyValuePair<string, object?>("priority_level", limits.Name);
        Nominal.Record(limits.Nominal, tag);
        Lower.Record(limits.Guaranteed, tag);
        Upper.Record(limits.Max, tag);
    }

    /// <summary>A request joins a queue (1) or leaves it (-1).</summary>
    public static void Waiting(SeatRequest request, int change)
    {
        var tags = Tags(request);
        InQueue.Add(change, tags);
        SeatsInQueue.Add(change * request.Seats, tags);
    }

    /// <summary>A request has got its seats.</summary>
    public static void Begun(SeatRequest request)
    {
        var tags = Tags(request);
        Dispatched.Add(1, tags);
        Executing.Add(1, tags);
        SeatsExecuting.Add(request.Seats, tags);
    }

    /// <summary>A request has given its seats back.</summary>
    public static void Ended(SeatRequest request, double seconds)
    {
        var tags = Tags(request);
        Executing.Add(-1, tags);
        SeatsExecuting.Add(-request.Seats, tags);
        Execution.Record(seconds, tags);
    }

    /// <summary>A request that had to wait does no longer.</summary>
    public static void Waited(SeatRequest request, double seconds, bool isLetIn)
    {
        var tags = Tags(request);
        tags.Add("execute", isLetIn ? "true" : "false");
        Wait.Record(seconds, tags);
    }

    /// <summary>A request was refused.</summary>
    public static void Refused(SeatRequest request, SeatRefusal reason)
    {
        var tags = Tags(request);
        tags.Add("reason", reason switch
        {
            SeatRefusal.QueueFull => "queue-full",
            SeatRefusal.TimeOut => "time-out",
            SeatRefusal.Cancelled => "cancelled",
            _ => "concurrency-limit",
        });
        Rejected.Add(1, tags);
    }

    private static TagList Tags(SeatRequest request) => new()
    {
        { "priority_level", request.Level.Limits.Name },
        { "flow_schema", request.Schema },
    };
}
