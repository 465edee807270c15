using Microsoft.Extensions.Logging;

namespace Kube1.Cluster.Supervision;

/// <summary>
/// Runs roles: each starts when all that it depends on are ready, and is stopped only after all that depend on it have
/// ended. A failed role is started again with back-off where that is safe; otherwise all stop.
/// </summary>
public sealed partial class Supervisor(
    IReadOnlyList<Role> roles, Action<RoleStarted> announce, TimeProvider time, ILogger<Supervisor> logger)
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);

    /// <summary>Long enough not to flood the log, short enough that a mended cause is taken up soon.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Running> _running = roles.ToDictionary(r => r.Name, _ => new Running(), StringComparer.Ordinal);

    /// <summary>
    /// Runs until cancelled (returns), or until a role fails that cannot be started again (throws
    /// <see cref="RoleFailedException"/>, everything else stopped in order).
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var role in roles)
        {
            _running[role.Name].Task = RunRoleAsync(role);
        }

        var failure = Task.WhenAny(roles.Select(r => _running[r.Name].Task));
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(() => cancelled.TrySetResult()))
        {
            await Task.WhenAny(failure, cancelled.Task).ConfigureAwait(false);
        }

        await StopAsync().ConfigureAwait(false);
        var failed = roles.Select(r => _running[r.Name].Task.Exception?.InnerException).FirstOrDefault(e => e is not null);
        if (failed is not null)
        {
            throw failed;
        }
    }

    private async Task RunRoleAsync(Role role)
    {
        var state = _running[role.Name];
        var token = state.Stop.Token;
        foreach (var dependency in role.DependsOn)
        {
            try
            {
                await _running[dependency].Ready.Task.WaitAsync(token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        for (var backoff = FirstBackoff; ; backoff = Min(backoff * 2, LongestBackoff))
        {
            var started = time.GetTimestamp();
            var failure = await RunOnceAsync(role, state, started, token).ConfigureAwait(false);
            if (token.IsCancellationRequested)
            {
                return;
            }

            if (!role.Restartable)
            {
                throw new RoleFailedException(role.Name, failure);
            }

            if (time.GetElapsedTime(started) > LongestBackoff)
            {
                backoff = FirstBackoff;
            }

            LogRestarting(role.Name, backoff.TotalSeconds, failure);
            await Task.Delay(backoff, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One run of a role; what made it end, or null when it was cancelled or just returned.</summary>
    private async Task<Exception?> RunOnceAsync(Role role, Running state, long started, CancellationToken token)
    {
        var signals = new RoleSignals(detail =>
        {
            if (state.Ready.TrySetResult())
            {
                announce(new RoleStarted(role.Name, time.GetElapsedTime(started), detail));
            }
        });
        try
        {
            // On the pool: a role's synchronous start must not hold up its siblings.
            await Task.Run(() => role.RunAsync(signals, token), token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            if (token.IsCancellationRequested)
            {
                LogFailedWhileStopping(role.Name, e);
            }

            return e;
        }
    }

    private async Task StopAsync()
    {
        var open = roles.ToList();
        while (open.Count > 0)
        {
            // What nothing open depends on any more goes next; several at a time.
            var next = open.Where(r => !open.Any(o => o.DependsOn.Contains(r.Name))).ToList();
            foreach (var role in next)
            {
                await _running[role.Name].Stop.CancelAsync().ConfigureAwait(false);
            }

            foreach (var role in next)
            {
                await _running[role.Name].Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _running[role.Name].Stop.Dispose();
                open.Remove(role);
            }
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Running
    {
        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Stop { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }
}

/// <summary>A role became ready, and how long it took from its own start.</summary>
public sealed record RoleStarted(string Role, TimeSpan Took, string? Detail);
