using Kube1.Api.Errors;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.FlowControl;

/// <summary>
/// Lets requests in by priority level and flow, so that a flood from one client starves nobody:
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/. Streams to pods and nodes do not count; a
/// watch counts until it has begun.
/// </summary>
internal sealed class RequestGate
{
    /// <summary>A quarter of the time that a request may take at all; upstream's rule.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    private const string LevelHeader = "X-Kubernetes-PF-PriorityLevel-UID";
    private const string SchemaHeader = "X-Kubernetes-PF-FlowSchema-UID";

    private readonly TimeProvider _time;
    private readonly SeatAllocator _seats;
    private readonly FlowConfiguration _configuration;

    /// <summary>The seats of the server are those of reads and writes together, as upstream.</summary>
    public RequestGate(ApiServerCore core)
    {
        _time = core.Time;
        _seats = new SeatAllocator(core.Time);
        _configuration = new FlowConfiguration(
            core.Store, _seats, core.Options.MaxRequestsInFlight + core.Options.MaxMutatingRequestsInFlight);
    }

    /// <summary>
    /// Waits for the request's seats, which disposing gives back; null for streams. Throws 429 when it may not have them.
    /// </summary>
    public async ValueTask<SeatRequest?> EnterAsync(RequestScope scope)
    {
        if (LongRunningRequests.Contains(scope.Info) && scope.Info.Verb != "watch")
        {
            return null;
        }

        var (schema, level) = _configuration.EntryFor(scope.Info, scope.User);
        var headers = scope.Http.Response.Headers;
        headers[LevelHeader] = level.Limits.Uid;
        headers[SchemaHeader] = schema.Uid;
        var (request, refusal) = _seats.Ask(
            level, schema.Name, ShuffleShard.HashOf(schema.Name, schema.FlowOf(scope.Info, scope.User)),
            RequestWidth.Of(scope, level.Limits));
        if (refusal == SeatRefusal.None && request.Admission is { } admission)
        {
            refusal = await WaitAsync(request, admission.Task, scope.Aborted).ConfigureAwait(false);
        }

        if (refusal == SeatRefusal.None)
        {
            return request;
        }

        FlowMetrics.Refused(request, refusal);
        level.Advice.Refused(_time.GetUtcNow().ToUnixTimeSeconds());
        throw ApiErrors.TooManyRequests("Too many requests, please try again later.", level.Advice.Seconds);
    }

    private async Task<SeatRefusal> WaitAsync(
        SeatRequest request, Task<SeatRefusal> admission, CancellationToken aborted)
    {
        using var tooLong = new CancellationTokenSource(MaxWait, _time);
        using var late = tooLong.Token.UnsafeRegister(
            _ => _seats.GiveUp(request, SeatRefusal.TimeOut), null);
        using var gone = aborted.UnsafeRegister(_ => _seats.GiveUp(request, SeatRefusal.Cancelled), null);
        var refusal = await admission.ConfigureAwait(false);
        FlowMetrics.Waited(request, _time.GetElapsedTime(request.Arrived).TotalSeconds, refusal == SeatRefusal.None);
        return refusal;
    }
}
