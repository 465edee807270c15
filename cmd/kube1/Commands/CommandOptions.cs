using System.CommandLine;
using System.Globalization;
using Kube1.Cluster.Configuration;

namespace Kube1.Cmd.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommandOptions
{
    public static Option<string> DataDirectory() => new("--data-dir")
    {
        Description = $"The cluster's data directory (default {ClusterConfig.DefaultDataDirectory})",
        HelpName = "DIR",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("KUBE1_DATA_DIR") ?? ClusterConfig.DefaultDataDirectory,
    };

    public static Option<string?> Kubeconfig() => new("--kubeconfig")
    {
        Description = $"How to reach the cluster (default $KUBECONFIG, then {DataLayout.DefaultKubeconfig})",
        HelpName = "PATH",
    };

    /// <summary>The kubeconfig in force.</summary>
    public static string KubeconfigPath(string? given) =>
        given ?? Environment.GetEnvironmentVariable("KUBECONFIG") ?? DataLayout.DefaultKubeconfig;

    /// <summary>Reads "90s", "2m", "24h" or "7d".</summary>
    public static TimeSpan ParseDuration(string text)
    {
        if (text.Length > 1
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number > 0)
        {
            switch (text[^1])
            {
                case 's': return TimeSpan.FromSeconds(number);
                case 'm': return TimeSpan.FromMinutes(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'd': return TimeSpan.FromDays(number);
            }
        }

        throw new CommandException($"'{text}' is no duration: 90s, 2m, 24h or 7d is expected");
    }
}
