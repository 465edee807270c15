namespace Kube1.Cluster.Configuration;

/// <summary>
/// The audit log of the API server: upstream's --audit-* flags under their names. What was not given is null and has
/// upstream's default; what does not go together the API server finds.
/// </summary>
public sealed class AuditConfig
{
    /// <summary>The policy; null for none.</summary>
    public string? PolicyFile { get; set; }

    /// <summary>The log file; "-" is standard output, null is no log.</summary>
    public string? LogPath { get; set; }

    /// <summary>Days that old log files are kept.</summary>
    public int? LogMaxAgeDays { get; set; }

    /// <summary>Old log files that are kept.</summary>
    public int? LogMaxBackups { get; set; }

    /// <summary>Megabytes from which a new log file is begun.</summary>
    public int? LogMaxSizeMegabytes { get; set; }

    /// <summary>"json" or "legacy"</summary>
    public string? LogFormat { get; set; }

    /// <summary>Whether old log files are compressed.</summary>
    public bool? LogCompress { get; set; }

    /// <summary>A kubeconfig of the server that is sent events; null for none.</summary>
    public string? WebhookConfigFile { get; set; }

    /// <summary>How long to wait before what failed is sent again for the first time.</summary>
    public TimeSpan? WebhookInitialBackoff { get; set; }

    /// <summary>How events come to the log file.</summary>
    public AuditDeliveryConfig Log { get; } = new();

    /// <summary>How events come to the server.</summary>
    public AuditDeliveryConfig Webhook { get; } = new();
}

/// <summary>How events come to one output.</summary>
public sealed class AuditDeliveryConfig
{
    /// <summary>"batch", "blocking" or "blocking-strict"</summary>
    public string? Mode { get; set; }

    /// <summary>Events that may wait.</summary>
    public int? BufferSize { get; set; }

    /// <summary>Events in a batch.</summary>
    public int? MaxBatchSize { get; set; }

    /// <summary>How long a batch waits for more.</summary>
    public TimeSpan? MaxBatchWait { get; set; }

    /// <summary>Whether the rate of batches is limited.</summary>
    public bool? ThrottleEnabled { get; set; }

    /// <summary>Batches a second.</summary>
    public float? ThrottleQps { get; set; }

    /// <summary>Batches at once after a pause.</summary>
    public int? ThrottleBurst { get; set; }

    /// <summary>Whether events that are too large lose their objects.</summary>
    public bool? TruncateEnabled { get; set; }

    /// <summary>The largest batch when truncating.</summary>
    public long? TruncateMaxBatchBytes { get; set; }

    /// <summary>The largest event when truncating.</summary>
    public long? TruncateMaxEventBytes { get; set; }

    /// <summary>The group and version of events.</summary>
    public string? Version { get; set; }
}
