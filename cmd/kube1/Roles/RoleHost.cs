using Kube1.Cluster.Supervision;
using Microsoft.Extensions.Logging;

namespace Kube1.Cmd.Roles;

/// <summary>Runs the roles of this process, a server's or an agent's.</summary>
internal static class RoleHost
{
    /// <summary>Returns when cancelled; a role that fails for good is a <see cref="RoleFailedException"/>.</summary>
    public static async Task RunAsync(
        IReadOnlyList<Role> roles, ILoggerFactory loggers, TimeProvider time, CancellationToken ct)
    {
        var supervisor = new Supervisor(roles, StartupReport.Print, time, loggers.CreateLogger<Supervisor>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var trimming = new MemoryTrim(time).RunAsync(stop.Token);
        try
        {
            await supervisor.RunAsync(ct);
        }
        finally
        {
            await stop.CancelAsync();
            await trimming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
