using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Join;

public sealed partial class NodeCertificateRenewal
{
    [LoggerMessage(LogLevel.Information, "New {Kind} certificate, valid until {NotAfter}")]
    private partial void LogRenewed(CertificateKind kind, DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "No new {Kind} certificate: {Why}")]
    private partial void LogRefused(CertificateKind kind, string why);
}
