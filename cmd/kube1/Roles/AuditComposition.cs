using Kube1.ApiServer.Audit;
using Kube1.Cluster.Configuration;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Roles;

/// <summary>The settings of the audit log, as the API server takes them.</summary>
internal static class AuditComposition
{
    /// <summary>
    /// Opens the audit log; null when there is none. Throws <see cref="ConfigException"/> for settings and files that cannot
    /// be used.
    /// </summary>
    public static Auditor? Open(AuditConfig config, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            return Auditor.Open(OptionsOf(config), time, loggers);
        }
        catch (AuditConfigurationException e)
        {
            throw new ConfigException(e.Message);
        }
    }

    private static AuditOptions OptionsOf(AuditConfig config)
    {
        var (log, webhook) = (new AuditLogOptions(), new AuditWebhookOptions());
        return new AuditOptions
        {
            PolicyFile = config.PolicyFile,
            Log = log with
            {
                Path = config.LogPath,
                MaxAgeDays = config.LogMaxAgeDays ?? log.MaxAgeDays,
                MaxBackups = config.LogMaxBackups ?? log.MaxBackups,
                MaxSizeMegabytes = config.LogMaxSizeMegabytes ?? log.MaxSizeMegabytes,
                Compress = config.LogCompress ?? log.Compress,
                Format = config.LogFormat ?? log.Format,
                Version = config.Log.Version ?? log.Version,
                Delivery = DeliveryOf(config.Log, log.Delivery),
            },
            Webhook = webhook with
            {
                ConfigFile = config.WebhookConfigFile,
                InitialBackoff = config.WebhookInitialBackoff ?? webhook.InitialBackoff,
                Version = config.Webhook.Version ?? webhook.Version,
                Delivery = DeliveryOf(config.Webhook, webhook.Delivery),
            },
        };
    }

    private static AuditDeliveryOptions DeliveryOf(AuditDeliveryConfig config, AuditDeliveryOptions standard) => standard with
    {
        Mode = config.Mode ?? standard.Mode,
        BufferSize = config.BufferSize ?? standard.BufferSize,
        MaxBatchSize = config.MaxBatchSize ?? standard.MaxBatchSize,
        MaxBatchWait = config.MaxBatchWait ?? standard.MaxBatchWait,
        ThrottleEnabled = config.ThrottleEnabled ?? standard.ThrottleEnabled,
        ThrottleQps = config.ThrottleQps ?? standard.ThrottleQps,
        ThrottleBurst = config.ThrottleBurst ?? standard.ThrottleBurst,
        TruncateEnabled = config.TruncateEnabled ?? standard.TruncateEnabled,
        TruncateMaxBatchBytes = config.TruncateMaxBatchBytes ?? standard.TruncateMaxBatchBytes,
        TruncateMaxEventBytes = config.TruncateMaxEventBytes ?? standard.TruncateMaxEventBytes,
    };
}
