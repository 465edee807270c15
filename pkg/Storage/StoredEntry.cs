namespace Kube1.Storage;

/// <summary>One key with its value, as of one revision. Immutable and shared: nobody may change the bytes.</summary>
public sealed class StoredEntry
{
    // Either the side data, or the EntryDescriber that computes it at first use: no extra field in 100,000 entries.
    private object? _description;

    internal StoredEntry(
        string key, ReadOnlyMemory<byte> value, long createRevision, long revision, object? description)
    {
        Key = key;
        Value = value;
        CreateRevision = createRevision;
        Revision = revision;
        _description = description;
    }

    /// <summary>The key, unique in its collection.</summary>
    public string Key { get; }

    /// <summary>The value's bytes.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The revision that created this key.</summary>
    public long CreateRevision { get; }

    /// <summary>The revision of the last modification; equal to <see cref="CreateRevision"/> when never modified.</summary>
    public long Revision { get; }

    /// <summary>What <see cref="CollectionDefinition.Describe"/> made of this entry; null without one.</summary>
    public object? Description
    {
        get
        {
            object? description = Volatile.Read(ref _description);
            return description is EntryDescriber describer ? DescribeLoaded(describer) : description;
        }
    }

    private object? DescribeLoaded(EntryDescriber describer)
    {
        if (describer.Describe is not { } describe)
        {
            // The collection was found on disk and is not registered yet.
            return null;
        }
        object? description = describe(this);
        // Two readers may both get here; Describe is pure, so either answer will do.
        Volatile.Write(ref _description, description);
        return description;
    }
}

/// <summary>
/// Stands in for the description of entries loaded from disk. A collection may be registered after its entries were
/// loaded (a CustomResourceDefinition), so the function arrives later.
/// </summary>
internal sealed class EntryDescriber
{
    private Func<StoredEntry, object?>? _describe;

    public Func<StoredEntry, object?>? Describe
    {
        get => Volatile.Read(ref _describe);
        set => Volatile.Write(ref _describe, value);
    }
}
