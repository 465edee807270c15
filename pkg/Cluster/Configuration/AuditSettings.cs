using System.Globalization;
using Kube1.Api.Json;

namespace Kube1.Cluster.Configuration;

/// <summary>The settings of <see cref="AuditConfig"/>, with upstream's names and defaults.</summary>
internal static class AuditSettings
{
    /// <summary>In the order in which `--help` shows them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Of("policy-file", "Audit policy: which requests are logged, and how much of them (default: none are)", "PATH",
            (c, v) => c.PolicyFile = FilePath(v)),
        Of("log-path", "File of the audit log; - for standard output (default: no log)", "PATH",
            (c, v) => c.LogPath = v == "-" ? v : FilePath(v)),
        Of("log-format", "json, or legacy for lines of text (default json)", "FORMAT", (c, v) => c.LogFormat = v),
        Of("log-maxsize", "Megabytes after which a new file is begun; 0 for never (default 100)", "MEGABYTES",
            (c, v) => c.LogMaxSizeMegabytes = Integer(v)),
        Of("log-maxbackup", "Old files that are kept; 0 for all (default 100)", "COUNT",
            (c, v) => c.LogMaxBackups = Integer(v)),
        Of("log-maxage", "Days that old files are kept; 0 for ever (default 366)", "DAYS",
            (c, v) => c.LogMaxAgeDays = Integer(v)),
        Switch("log-compress", "Compress old files", (c, v) => c.LogCompress = v),
        .. Delivery("log", c => c.Log, "blocking", "1", "0s", "no limit", "0"),
        Of("webhook-config-file", "Kubeconfig of a server that is sent the events (default: none)", "PATH",
            (c, v) => c.WebhookConfigFile = FilePath(v)),
        Of("webhook-initial-backoff", "How long to wait before what failed is sent again (default 10s)", "DURATION",
            (c, v) => c.WebhookInitialBackoff = Duration(v)),
        .. Delivery("webhook", c => c.Webhook, "batch", "400", "30s", "10", "15"),
    ];

    private static IEnumerable<Setting> Delivery(
        string output, Func<AuditConfig, AuditDeliveryConfig> of, string mode, string batch, string wait, string qps,
        string burst) =>
    [
        Of($"{output}-mode", $"batch, blocking or blocking-strict (default {mode})", "MODE", (c, v) => of(c).Mode = v),
        Of($"{output}-batch-buffer-size", "Events that may wait; the rest is lost (default 10000)", "COUNT",
            (c, v) => of(c).BufferSize = Integer(v)),
        Of($"{output}-batch-max-size", $"Events in a batch (default {batch})", "COUNT",
            (c, v) => of(c).MaxBatchSize = Integer(v)),
        Of($"{output}-batch-max-wait", $"How long a batch waits to be full (default {wait})", "DURATION",
            (c, v) => of(c).MaxBatchWait = Duration(v)),
        Switch($"{output}-batch-throttle-enable",
            $"Limit the rate of batches (default {(output == "log" ? "false" : "true")})",
            (c, v) => of(c).ThrottleEnabled = v),
        Of($"{output}-batch-throttle-qps", $"Batches a second (default {qps})", "NUMBER",
            (c, v) => of(c).ThrottleQps = Number(v)),
        Of($"{output}-batch-throttle-burst", $"Batches at once after a pause (default {burst})", "COUNT",
            (c, v) => of(c).ThrottleBurst = Integer(v)),
        Switch($"{output}-truncate-enabled", "Events that are too large lose their objects",
            (c, v) => of(c).TruncateEnabled = v),
        Of($"{output}-truncate-max-event-size", "What is too large when truncating (default 102400)", "BYTES",
            (c, v) => of(c).TruncateMaxEventBytes = Long(v)),
        Of($"{output}-truncate-max-batch-size", "The largest batch when truncating (default 10485760)", "BYTES",
            (c, v) => of(c).TruncateMaxBatchBytes = Long(v)),
        Of($"{output}-version", "Version of the events (default audit.k8s.io/v1, and the only one)", "VERSION",
            (c, v) => of(c).Version = v),
    ];

    private static Setting Of(string name, string description, string value, Action<AuditConfig, string> apply) =>
        new("audit-" + name, description, value, SettingScope.Server, (c, v) => apply(c.Audit, v));

    private static Setting Switch(string name, string description, Action<AuditConfig, bool> apply) =>
        new("audit-" + name, description, "", SettingScope.Server, (c, v) => apply(c.Audit, v switch
        {
            "" or "true" => true,
            "false" => false,
            _ => throw new FormatException("true or false is expected"),
        }))
        {
            IsSwitch = true,
        };

    private static string FilePath(string text) =>
        text.Length > 0 ? Path.GetFullPath(text) : throw new FormatException("it is empty");

    // Whether a number may be negative or zero the API server says, in upstream's words.
    private static int Integer(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("a whole number is expected");

    private static long Long(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("a whole number is expected");

    private static float Number(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? number
            : throw new FormatException("a number is expected");

    private static TimeSpan Duration(string text) =>
        GoDurationText.ParseSeconds(text) is { } seconds && Math.Abs(seconds) <= TimeSpan.FromDays(1).TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("a duration such as 30s is expected, a day at most");
}
