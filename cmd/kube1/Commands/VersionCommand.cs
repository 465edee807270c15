using System.CommandLine;
using System.Reflection;
using Kube1.Api;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 version`</summary>
internal static class VersionCommand
{
    /// <summary>Kube1's own version, with the commit when the build knew it.</summary>
    public static string ProgramVersion { get; } = typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>How this program names itself to API servers.</summary>
    public static string UserAgent => "kube1/" + ProgramVersion;

    /// <summary>
    /// How a part of this program names itself: as upstream's component of that role, so that managedFields tell who
    /// changed what in names that people know.
    /// </summary>
    public static string UserAgentOf(string component) => $"{component}/{KubernetesRelease.GitVersion} {UserAgent}";

    public static Command Create()
    {
        var command = new Command("version", "Print the version of Kube1 and of the Kubernetes API that it serves.");
        command.SetWork((_, _) =>
        {
            Console.WriteLine($"kube1 {ProgramVersion}");
            Console.WriteLine($"Kubernetes {KubernetesRelease.GitVersion}");
            Console.WriteLine($".NET {Environment.Version}");
            return Task.FromResult(0);
        });
        return command;
    }
}
