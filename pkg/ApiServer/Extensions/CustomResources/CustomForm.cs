namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// A stored object as one version shows it: stored bytes that only need another beginning, or bytes of its own where the
/// version has other fields or the schema has changed since the object was written. Made once a revision and kept beside
/// the entry.
/// </summary>
internal sealed class CustomForm(CustomVersion version, ReadOnlyMemory<byte> bytes, int offset)
{
    private Lazy<IReadOnlyDictionary<string, string>?>? _labels;
    private string[]? _fields;

    /// <summary>The version.</summary>
    public CustomVersion Version { get; } = version;

    /// <summary>The object in stored form; its apiVersion may be that of another version.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Where the members of metadata begin.</summary>
    public int Offset { get; } = offset;

    /// <summary>The labels, read at the first use; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels
    {
        get
        {
            // Two readers may both get here, and either answer will do.
            var labels = Volatile.Read(ref _labels);
            if (labels is null)
            {
                var read = Registry.ObjectDescription.ScanLabels(Bytes.Span[(Offset - 1)..]);
                labels = new(read);
                Volatile.Write(ref _labels, labels);
            }

            return labels.Value;
        }
    }

    /// <summary>The values of the selectable fields, read at the first use.</summary>
    public string[] Fields
    {
        get
        {
            var fields = Volatile.Read(ref _fields);
            if (fields is null)
            {
                var obj = Api.Json.CanonicalJson.Parse(Bytes.Span);
                fields = [.. Version.Strategy.SelectableFields.Select(f => f.Value(obj))];
                Volatile.Write(ref _fields, fields);
            }

            return fields;
        }
    }
}
