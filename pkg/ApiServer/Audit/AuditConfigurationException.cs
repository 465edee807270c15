namespace Kube1.ApiServer.Audit;

/// <summary>The settings of the audit log cannot be used; the message says why, in upstream's words.</summary>
public sealed class AuditConfigurationException(string message) : Exception(message);
