namespace Kube1.Cluster.Configuration;

/// <summary>
/// One setting: `--name` on the command line, `name:` in the config file, `KUBE1_NAME` in the environment.
/// <paramref name="Apply"/> checks the text and stores it; it throws <see cref="FormatException"/> with what was
/// expected.
/// </summary>
public sealed record Setting(
    string Name, string Description, string ValueName, SettingScope Scope, Action<ClusterConfig, string> Apply)
{
    /// <summary>May be given more than once; in the environment the values are separated by commas.</summary>
    public bool Repeatable { get; init; }

    /// <summary>A switch that needs no value.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>"KUBE1_NODE_NAME"</summary>
    public string EnvironmentVariable =>
        "KUBE1_" + Name.Replace('-', '_').ToUpperInvariant();
}

/// <summary>Which commands a setting belongs to.</summary>
[Flags]
public enum SettingScope
{
    /// <summary>`kube1 server`</summary>
    Server = 1,

    /// <summary>`kube1 agent`</summary>
    Agent = 2,

    /// <summary>Both.</summary>
    Both = Server | Agent,
}
