namespace Kube1.Api.Merging;

/// <summary>An object that cannot be merged or compared by its schema; the message is upstream's.</summary>
public sealed class MergeException(string message) : FormatException(message);
