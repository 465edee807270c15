using Kube1.Cluster.Supervision;

namespace Kube1.Cmd.Roles;

/// <summary>One line a role, for the person who watches it start: its name, the time since the process began, details.</summary>
internal static class StartupReport
{
    public static void Print(RoleStarted started)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var since = TimeProvider.System.GetLocalNow() - process.StartTime;
        Console.WriteLine(
            $"  {started.Role,-12} ready at {since.TotalMilliseconds,6:0} ms, "
            + $"took {started.Took.TotalMilliseconds,6:0} ms  {started.Detail}");
    }
}
