namespace Kube1.Client;

/// <summary>What a LIST or WATCH asks for (metav1.ListOptions).</summary>
public sealed record ListOptions
{
    /// <summary>"app=web,tier!=cache"; null for everything.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>"spec.nodeName=node1"; null for everything.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>LIST: not older than this revision. WATCH: the changes after it. Null for the newest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>WATCH: let the server tell the current revision now and then.</summary>
    public bool AllowWatchBookmarks { get; init; }

    /// <summary>
    /// WATCH: start with the present objects as ADDED, closed by a bookmark that carries
    /// <see cref="WatchEvents.InitialEventsEndAnnotation"/> (KEP-3157).
    /// </summary>
    public bool SendInitialEvents { get; init; }

    /// <summary>WATCH: after how many seconds the server ends the stream.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>LIST: objects per page; pages are followed to the end either way.</summary>
    public int? Limit { get; init; }
}
