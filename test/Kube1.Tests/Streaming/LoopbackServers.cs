using System.Net.Security;

namespace Kube1.Tests.Streaming;

/// <summary>Servers of tests make their own certificates, which nobody else has signed.</summary>
internal static class LoopbackServers
{
    /// <summary>Trusts any server that shows a certificate.</summary>
    public static RemoteCertificateValidationCallback Trust { get; } = (_, certificate, _, _) => certificate is not null;
}
