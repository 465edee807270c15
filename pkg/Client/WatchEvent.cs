namespace Kube1.Client;

/// <summary>What happened to the object of a <see cref="WatchEvent{T}"/>.</summary>
public enum WatchEventType
{
    /// <summary>It was created, or came into the selection.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It was deleted, or left the selection; the object is its last state.</summary>
    Deleted,

    /// <summary>Nothing but its metadata.resourceVersion is set: all changes up to it have been sent.</summary>
    Bookmark,
}

/// <summary>One change of a watch. An ERROR of the server is thrown as ApiException instead.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object);

/// <summary>Names of the watch protocol.</summary>
public static class WatchEvents
{
    /// <summary>On the bookmark that ends the initial events of sendInitialEvents: the value is "true".</summary>
    public const string InitialEventsEndAnnotation = "k8s.io/initial-events-end";
}
