namespace Kube1.Client;

/// <summary>
/// The four kinds of patch body; https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply.
/// </summary>
public enum PatchType
{
    /// <summary>RFC 6902.</summary>
    Json,

    /// <summary>RFC 7386.</summary>
    Merge,

    /// <summary>Merges lists by the keys of their schema.</summary>
    StrategicMerge,

    /// <summary>Server-side apply, with force, by the client's name as field manager.</summary>
    Apply,
}
