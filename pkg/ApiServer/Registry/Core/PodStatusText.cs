using System.Globalization;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// What kubectl get tells of a pod's containers: one word for its state, how many are ready, how often they were
/// restarted. Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ and what kubectl shows.
/// </summary>
internal sealed class PodStatusText
{
    private readonly JsonObject _pod;
    private readonly JsonObject? _status;
    private readonly Dictionary<string, JsonObject> _initContainers;
    private DateTimeOffset? _lastRestart;
    private DateTimeOffset? _lastSidecarRestart;
    private long _restarts;
    private long _sidecarRestarts;

    private PodStatusText(JsonObject pod)
    {
        _pod = pod;
        _status = pod.Child("status");
        _initContainers = pod.Child("spec").Items("initContainers").DistinctBy(c => c.Text("name"))
            .ToDictionary(c => c.Text("name"));
        Total = pod.Child("spec").Items("containers").Count() + _initContainers.Values.Count(IsSidecar);
    }

    /// <summary>"Running", "CrashLoopBackOff", "Init:0/1", "Terminating", …</summary>
    public string Status { get; private set; } = "";

    /// <summary>How many containers are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>How many containers run for as long as the pod does.</summary>
    public int Total { get; }

    /// <summary>Reads a pod.</summary>
    public static PodStatusText Of(JsonObject pod)
    {
        var text = new PodStatusText(pod);
        text.Read();
        return text;
    }

    /// <summary>"3 (5m ago)"</summary>
    public string Restarts(DateTimeOffset now) => _restarts == 0 || _lastRestart is not { } last
        ? _restarts.ToString(CultureInfo.InvariantCulture)
        : $"{_restarts} ({DefaultPrintColumns.Duration(now - last)} ago)";

    private void Read()
    {
        Status = Columns.OrElse(_status.Text("reason"), _status.Text("phase"));
        if (Conditions().Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
        {
            Status = "SchedulingGated";
        }

        var initializing = ReadInitContainers();
        if (!initializing || Conditions().Any(c => c.Text("type") == "Initialized" && c.Text("status") == "True"))
        {
            ReadContainers();
        }

        if (_pod.At("metadata.deletionTimestamp") is null)
        {
            return;
        }

        if (_status.Text("reason") == "NodeLost")
        {
            Status = "Unknown";
        }
        else if (_status.Text("phase") is not ("Succeeded" or "Failed"))
        {
            Status = "Terminating";
        }
    }

    /// <summary>Whether an init container still has to end, or a sidecar to start.</summary>
    private bool ReadInitContainers()
    {
        var index = 0;
        foreach (var container in _status.Items("initContainerStatuses"))
        {
            var sidecar = _initContainers.TryGetValue(container.Text("name"), out var spec) && IsSidecar(spec);
            CountRestarts(container, ref _restarts, ref _lastRestart);
            if (sidecar)
            {
                CountRestarts(container, ref _sidecarRestarts, ref _lastSidecarRestart);
            }

            var terminated = container.Child("state").Child("terminated");
            var waiting = container.Child("state").Child("waiting").Text("reason");
            if (terminated is not null && (terminated.Integer("exitCode") ?? 0) == 0)
            {
                index++;
                continue;
            }

            if (sidecar && container.Flag("started"))
            {
                Ready += container.Flag("ready") ? 1 : 0;
                index++;
                continue;
            }

            Status = terminated is not null ? "Init:" + EndOf(terminated)
                : waiting.Length > 0 && waiting != "PodInitializing" ? "Init:" + waiting
                : $"Init:{index}/{_pod.Count("spec.initContainers")}";
            return true;
        }

        return false;
    }

    private void ReadContainers()
    {
        // From here on only what still runs counts.
        (_restarts, _lastRestart) = (_sidecarRestarts, _lastSidecarRestart);
        var running = false;
        foreach (var container in _status.Items("containerStatuses").Reverse())
        {
            CountRestarts(container, ref _restarts, ref _lastRestart);
            var state = container.Child("state");
            if (state.Child("waiting").Text("reason") is { Length: > 0 } waiting)
            {
                Status = waiting;
            }
            else if (state.Child("terminated") is { } terminated)
            {
                Status = EndOf(terminated);
            }
            else if (container.Flag("ready") && state.Child("running") is not null)
            {
                running = true;
                Ready++;
            }
        }

        // One container has ended well while another goes on.
        if (Status == "Completed" && running)
        {
            Status = _pod.Condition("Ready") == "True" ? "Running" : "NotReady";
        }
    }

    private static string EndOf(JsonObject terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : (terminated.Integer("signal") ?? 0) != 0 ? $"Signal:{terminated.Integer("signal")}"
        : $"ExitCode:{terminated.Integer("exitCode") ?? 0}";

    private static void CountRestarts(JsonObject container, ref long restarts, ref DateTimeOffset? last)
    {
        restarts += container.Integer("restartCount") ?? 0;
        var finished = container.Text("lastState.terminated.finishedAt");
        if (DateTimeOffset.TryParse(finished, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && (last is null || time > last))
        {
            last = time;
        }
    }

    private static bool IsSidecar(JsonObject container) => container.Text("restartPolicy") == "Always";

    private IEnumerable<JsonObject> Conditions() => _status.Items("conditions");
}
