using System.Text;
using System.Text.Json;
using Kube1.Kubelet.Runtime;

namespace Kube1.Runtimes.Cri.Mapping;

/// <summary>Sandboxes: the kubelet's records to CRI's messages and back.</summary>
internal static class SandboxMapping
{
    public static V1.PodSandboxConfig ToProto(SandboxConfig config)
    {
        var message = new V1.PodSandboxConfig
        {
            Metadata = ToProto(config.Metadata),
            Hostname = config.Hostname,
            LogDirectory = config.LogDirectory,
            Linux = ToLinux(config),
        };
        if (config.Dns is { } dns)
        {
            message.DnsConfig = new V1.DNSConfig();
            message.DnsConfig.Servers.AddRange(dns.Servers);
            message.DnsConfig.Searches.AddRange(dns.Searches);
            message.DnsConfig.Options.AddRange(dns.Options);
        }

        foreach (var port in config.PortMappings)
        {
            message.PortMappings.Add(new V1.PortMapping
            {
                Protocol = port.Protocol switch
                {
                    "UDP" => V1.Protocol.Udp,
                    "SCTP" => V1.Protocol.Sctp,
                    _ => V1.Protocol.Tcp,
                },
                ContainerPort = port.ContainerPort,
                HostPort = port.HostPort,
                HostIp = port.HostIP,
            });
        }

        Copy(config.Labels, message.Labels);
        Copy(config.Annotations, message.Annotations);
        return message;
    }

    public static SandboxSummary FromProto(V1.PodSandbox sandbox) => new(
        sandbox.Id,
        FromProto(sandbox.Metadata),
        (SandboxState)sandbox.State,
        LinuxMapping.Time(sandbox.CreatedAt),
        sandbox.Labels.ToDictionary(),
        sandbox.Annotations.ToDictionary(),
        sandbox.RuntimeHandler);

    public static SandboxStatus FromProto(V1.PodSandboxStatusResponse response)
    {
        var status = response.Status;
        var addresses = new List<string>();
        if (!string.IsNullOrEmpty(status.Network?.Ip))
        {
            addresses.Add(status.Network.Ip);
            addresses.AddRange(status.Network.AdditionalIps.Select(a => a.Ip));
        }

        return new SandboxStatus(
            status.Id,
            FromProto(status.Metadata),
            (SandboxState)status.State,
            LinuxMapping.Time(status.CreatedAt),
            addresses,
            LinuxMapping.FromProto(status.Linux?.Namespaces?.Options),
            status.Labels.ToDictionary(),
            status.Annotations.ToDictionary(),
            status.RuntimeHandler)
        {
            Pid = response.Info.TryGetValue("info", out var info) ? FindPid(info) : null,
        };
    }

    public static SandboxMetadata FromProto(V1.PodSandboxMetadata? metadata) => metadata is null
        ? new SandboxMetadata("", "", "", 0)
        : new SandboxMetadata(metadata.Name, metadata.Uid, metadata.Namespace, metadata.Attempt);

    public static void Copy(
        IReadOnlyDictionary<string, string> from, Google.Protobuf.Collections.MapField<string, string> to)
    {
        foreach (var (key, value) in from)
        {
            to[key] = value;
        }
    }

    private static V1.PodSandboxMetadata ToProto(SandboxMetadata metadata) => new()
    {
        Name = metadata.Name,
        Uid = metadata.Uid,
        Namespace = metadata.Namespace,
        Attempt = metadata.Attempt,
    };

    private static V1.LinuxPodSandboxConfig ToLinux(SandboxConfig config)
    {
        var security = new V1.LinuxSandboxSecurityContext
        {
            NamespaceOptions = LinuxMapping.ToProto(config.Namespaces),
            SelinuxOptions = LinuxMapping.ToProto(config.SELinux),
            RunAsUser = LinuxMapping.Int64(config.RunAsUser),
            RunAsGroup = LinuxMapping.Int64(config.RunAsGroup),
            SupplementalGroupsPolicy = config.StrictSupplementalGroups
                ? V1.SupplementalGroupsPolicy.Strict
                : V1.SupplementalGroupsPolicy.Merge,
            Privileged = config.Privileged,
            Seccomp = LinuxMapping.ToProto(config.Seccomp),
            Apparmor = LinuxMapping.ToProto(config.AppArmor),
        };
        security.SupplementalGroups.AddRange(config.SupplementalGroups);
        var linux = new V1.LinuxPodSandboxConfig
        {
            CgroupParent = config.CgroupParent,
            SecurityContext = security,
            Overhead = LinuxMapping.ToProto(config.Overhead),
            Resources = LinuxMapping.ToProto(config.Resources),
        };
        Copy(config.Sysctls, linux.Sysctls);
        return linux;
    }

    /// <summary>The top-level "pid" of the verbose information; runtimes differ in the rest of it.</summary>
    internal static int? FindPid(string info)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(info));
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                    && reader.ValueTextEquals("pid"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.Number
                        && reader.TryGetInt32(out var pid) && pid > 0 ? pid : null;
                }
            }
        }
        catch (JsonException)
        {
            // Free-form by CRI's definition; whoever needs the process does without.
        }

        return null;
    }
}
