namespace Kube1.ApiServer.Watch;

/// <summary>What a watcher is told of an object.</summary>
internal enum WatchEventType
{
    Added,
    Modified,

    /// <summary>Gone from the store.</summary>
    Deleted,

    /// <summary>Gone from the selection: told as DELETED, with the state before.</summary>
    Left,
}
