using System.Text.Json;
using System.Text.Json.Serialization;
using Kube1.Cluster.Pki;

namespace Kube1.Cmd;

/// <summary>What a running cluster leaves on the machine outside its data directory, so that `uninstall` finds all of it.</summary>
internal sealed record InstanceRecord
{
    /// <summary>The name of the nftables table and of the cgroups.</summary>
    public required string Instance { get; init; }

    /// <summary>The range whose routes are ours; null on an agent that has not joined yet.</summary>
    public string? ClusterCidr { get; init; }

    /// <summary>The address on the loopback device; null on an agent that has not joined yet.</summary>
    public string? ClusterDns { get; init; }

    /// <summary>The kubeconfig that was written; null on an agent.</summary>
    public string? Kubeconfig { get; init; }

    public static InstanceRecord? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), InstanceJson.Default.InstanceRecord) : null;

    /// <summary>Replaces the file whole: `kube1 wait` may look at it at any instant.</summary>
    public void Write(string path) =>
        PemFiles.Write(path, JsonSerializer.Serialize(this, InstanceJson.Default.InstanceRecord));
}

[JsonSerializable(typeof(InstanceRecord))]
internal sealed partial class InstanceJson : JsonSerializerContext;
