namespace Kube1.Cluster.Supervision;

/// <summary>
/// One part of a kube1 process: its name, the roles that must be ready before it starts, and what it does. The work
/// calls <see cref="RoleSignals.Ready"/> once and then goes on until it is cancelled.
/// </summary>
public sealed record Role(string Name, IReadOnlyList<string> DependsOn, Func<RoleSignals, CancellationToken, Task> RunAsync)
{
    /// <summary>
    /// Whether it may fail and start again while the rest goes on. A role that others hold in-process references to may
    /// not: its failure ends the process with the reason.
    /// </summary>
    public bool Restartable { get; init; }
}

/// <summary>How a role tells the supervisor where it stands.</summary>
public sealed class RoleSignals(Action<string?> ready)
{
    /// <summary>The role does its work from now on; <paramref name="detail"/> goes onto its start-up line.</summary>
    public void Ready(string? detail = null) => ready(detail);
}

/// <summary>A role that ended when it should not have; the message names it and says why.</summary>
public sealed class RoleFailedException(string role, Exception? inner)
    : Exception($"{role} stopped: {inner?.Message ?? "it returned"}", inner)
{
    /// <summary>The role's name.</summary>
    public string Role { get; } = role;
}
