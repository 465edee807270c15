namespace Kube1.Cluster.Configuration;

/// <summary>A setting that cannot be used: one sentence that names the setting and the fix.</summary>
public sealed class ConfigException(string message) : Exception(message);
