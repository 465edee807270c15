using Kube1.Client;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer.Audit.Outputs;

/// <summary>Opens the outputs that options name. Throws <see cref="AuditConfigurationException"/>.</summary>
internal static class AuditOutputs
{
    /// <summary>A file or standard output.</summary>
    public static IAuditOutput Log(AuditLogOptions options, TimeProvider time, ILogger logger) =>
        new LogOutput(FileOf(options, time, logger), options.Format == "legacy");

    /// <summary>A server.</summary>
    public static IAuditOutput Webhook(AuditWebhookOptions options, TimeProvider time)
    {
        try
        {
            var (server, handler) = KubeClientFactory.HandlerFromKubeconfig(options.ConfigFile!);
            return new WebhookOutput(new HttpMessageInvoker(handler), server, options.InitialBackoff, time);
        }
        catch (KubeconfigException e)
        {
            throw new AuditConfigurationException("initializing audit webhook: " + e.Message);
        }
    }

    /// <summary>The file that the options name.</summary>
    public static IAuditFile FileOf(AuditLogOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Path == "-")
        {
            return new StandardOutput(Console.OpenStandardOutput());
        }

        try
        {
            // At once, so that a path that cannot be written is known at the start.
            var file = AuditFiles.Open(options.Path!);
            if (options.MaxSizeMegabytes == 0)
            {
                return new PlainAuditFile(file);
            }

            file.Dispose();
            return new RotatingAuditFile(options, new RetiredAuditFiles(options, logger), time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditConfigurationException($"ensureLogFile: open {options.Path}: {e.Message}");
        }
    }
}
