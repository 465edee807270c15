using System.Text.Json.Nodes;
using Kube1.Storage;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// The stored object that an update starts from, and what is known of its rest: of all but apiVersion, kind and metadata.
/// Most patches change metadata alone, and reading, defaulting and comparing the rest is most of what they would cost.
/// <para>
/// The rest is settled when an update has read and defaulted it in full and got it, byte for byte, as it is stored. Both
/// look at nothing but the rest itself, so they would do so again for as long as these bytes stay. Nothing is settled
/// when a server starts: what another version has stored has to show that this one would store it alike.
/// </para>
/// </summary>
internal sealed class CurrentObject(ServedResource resource, StoredEntry entry, JsonObject obj)
{
    // Custom objects are converted between versions, and views make other objects of the stored ones.
    private readonly bool _canSettle = resource is { Custom: null, HasOneForm: true } && !resource.Strategy.DefaultsMetadata;

    /// <summary>The object, to be looked at.</summary>
    public JsonObject Object { get; } = obj;

    /// <summary>What is stored.</summary>
    public StoredEntry Entry { get; } = entry;

    /// <summary>Whether the rest is settled: an update that does not touch it need not read and default it again.</summary>
    public bool IsRestSettled => _canSettle && ServedResource.DescriptionOf(Entry).IsRestSettled;

    /// <summary>
    /// Whether the update means to change metadata alone, of an object whose rest can settle. Admission may still change more:
    /// see <see cref="EncodeIfRestIsSame"/>.
    /// </summary>
    public bool MeansMetadataAlone { get; set => field = value && _canSettle; }

    /// <summary>
    /// Settles the rest if a new state that was read and defaulted in full, and means to change metadata alone, has the same.
    /// </summary>
    public void SettleRest(JsonObject changed)
    {
        if (MeansMetadataAlone && EncodeIfRestIsSame(changed) is not null)
        {
            ServedResource.DescriptionOf(Entry).IsRestSettled = true;
        }
    }

    /// <summary>The stored form of a new state, when its rest is the one that is stored; null otherwise.</summary>
    public byte[]? EncodeIfRestIsSame(JsonObject changed)
    {
        var encoded = resource.Codec.Encode(changed, out var restStart);
        return encoded.AsSpan(restStart).SequenceEqual(resource.Codec.RestOf(Entry.Value.Span)) ? encoded : null;
    }
}
