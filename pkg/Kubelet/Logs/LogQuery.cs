namespace Kube1.Kubelet.Logs;

/// <summary>What a reader of logs asks for (PodLogOptions).</summary>
internal sealed record LogQuery
{
    public bool Follow { get; init; }

    /// <summary>Only the last lines; null for all.</summary>
    public long? TailLines { get; init; }

    public long? LimitBytes { get; init; }

    public DateTimeOffset? Since { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>Null for both streams, else "stdout" or "stderr".</summary>
    public string? Stream { get; init; }
}
