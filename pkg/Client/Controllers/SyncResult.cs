namespace Kube1.Client.Controllers;

/// <summary>What a sync wants next: nothing, or to run again after a while.</summary>
public readonly record struct SyncResult
{
    /// <summary>The state is as wanted until something changes.</summary>
    public static SyncResult Done => default;

    /// <summary>How long from now to look again; null for not on its own.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>Look again after this time even when nothing changes.</summary>
    public static SyncResult RequeueAfter(TimeSpan delay) => new() { After = delay };
}
