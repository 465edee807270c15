using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>What selectors look at, kept beside an entry so that filtering never parses; and its typed view, once made.</summary>
internal sealed class ObjectDescription
{
    private readonly string[] _fields;
    private object? _view;
    private volatile bool _isRestSettled;

    private ObjectDescription(IReadOnlyDictionary<string, string>? labels, string[] fields)
    {
        Labels = labels;
        _fields = fields;
    }

    /// <summary>metadata.labels; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; }

    /// <summary>Whether the entry's rest is settled (<see cref="CurrentObject"/>).</summary>
    public bool IsRestSettled
    {
        get => _isRestSettled;
        set => _isRestSettled = value;
    }

    /// <summary>Reads the description of an entry.</summary>
    public static ObjectDescription Of(StoredEntry entry, IReadOnlyList<SelectableField> fields, int metadataOffset)
    {
        if (fields.Count == 0)
        {
            return new ObjectDescription(ScanLabels(entry.Value.Span[(metadataOffset - 1)..]), []);
        }

        return Of(CanonicalJson.Parse(entry.Value.Span), fields);
    }

    /// <summary>The same of an object that is about to be stored, so that its entry need not be read.</summary>
    public static ObjectDescription Of(JsonObject obj, IReadOnlyList<SelectableField> fields) =>
        new(ObjectMetadata.Of(obj).LabelsToDictionary(), fields.Count == 0 ? [] : [.. fields.Select(f => f.Value(obj))]);

    /// <summary>The value of the n-th selectable field of the strategy.</summary>
    public string Field(int index) => _fields[index];

    /// <summary>The typed view, parsed at the first use and shared from then on.</summary>
    public T View<T>(StoredEntry entry) where T : class, IKubernetesKind
    {
        if (Volatile.Read(ref _view) is T view)
        {
            return view;
        }

        view = KubeJson.Deserialize<T>(entry.Value.Span);
        view.Metadata.ResourceVersion = entry.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Volatile.Write(ref _view, view);
        return view;
    }

    /// <summary>The labels in metadata, which these bytes begin with; null for none.</summary>
    public static Dictionary<string, string>? ScanLabels(ReadOnlySpan<byte> metadata)
    {
        var reader = new Utf8JsonReader(metadata);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("labels"u8))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            var labels = new Dictionary<string, string>();
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                labels[name] = reader.GetString() ?? "";
            }

            return labels;
        }

        return null;
    }
}
