using Kube1.ApiServer.Audit.Outputs;

namespace Kube1.ApiServer.Audit;

/// <summary>What is logged of requests and where to: kube-apiserver's --audit-* flags, under their names and defaults.</summary>
public sealed record AuditOptions
{
    /// <summary>--audit-policy-file; null for none, and then nothing is logged.</summary>
    public string? PolicyFile { get; init; }

    /// <summary>--audit-log-*</summary>
    public AuditLogOptions Log { get; init; } = new();

    /// <summary>--audit-webhook-*</summary>
    public AuditWebhookOptions Webhook { get; init; } = new();

    /// <summary>What is wrong with the options, in upstream's words.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. Log.Path is null ? [] : Log.Validate(),
        .. Webhook.ConfigFile is null ? [] : Webhook.Validate(),
    ];
}

/// <summary>The log file.</summary>
public sealed record AuditLogOptions
{
    /// <summary>The file; "-" is standard output, null is no log.</summary>
    public string? Path { get; init; }

    /// <summary>Days that old files are kept; 0 for ever.</summary>
    public int MaxAgeDays { get; init; } = 366;

    /// <summary>Old files that are kept; 0 for all.</summary>
    public int MaxBackups { get; init; } = 100;

    /// <summary>Megabytes from which a new file is begun; 0 for never.</summary>
    public int MaxSizeMegabytes { get; init; } = 100;

    /// <summary>Whether old files are compressed.</summary>
    public bool Compress { get; init; }

    /// <summary>"json" or "legacy"</summary>
    public string Format { get; init; } = "json";

    /// <summary>audit.k8s.io/v1</summary>
    public string Version { get; init; } = AuditDeliveryOptions.OnlyVersion;

    /// <summary>How events come to the file.</summary>
    public AuditDeliveryOptions Delivery { get; init; } = new()
    {
        Mode = AuditDeliveryOptions.Blocking, MaxBatchSize = 1, MaxBatchWait = TimeSpan.Zero, ThrottleEnabled = false,
        ThrottleQps = 0, ThrottleBurst = 0,
    };

    internal IEnumerable<string> Validate()
    {
        foreach (var error in Delivery.Validate(LogOutput.PluginName, Version))
        {
            yield return error;
        }

        if (Format is not ("legacy" or "json"))
        {
            yield return $"invalid audit log format {Format}, allowed formats are \"legacy,json\"";
        }

        foreach (var (flag, value) in new[]
        {
            ("maxage", MaxAgeDays), ("maxbackup", MaxBackups), ("maxsize", MaxSizeMegabytes),
        })
        {
            if (value < 0)
            {
                yield return $"--audit-log-{flag} {value} can't be a negative number";
            }
        }
    }
}

/// <summary>A server that is sent the events.</summary>
public sealed record AuditWebhookOptions
{
    /// <summary>A kubeconfig that names the server; null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>How long to wait before what failed is tried again for the first time.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>audit.k8s.io/v1</summary>
    public string Version { get; init; } = AuditDeliveryOptions.OnlyVersion;

    /// <summary>How events come to the server.</summary>
    public AuditDeliveryOptions Delivery { get; init; } = new();

    internal IEnumerable<string> Validate() => Delivery.Validate(WebhookOutput.PluginName, Version);
}
