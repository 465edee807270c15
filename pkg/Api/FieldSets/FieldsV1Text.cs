using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.FieldSets;

/// <summary>
/// Field sets as they stand in metadata.managedFields: nested objects whose members are steps (`f:spec`), with "."
/// where a path ends that others go on from (structured-merge-diff/fieldpath serialize).
/// </summary>
public static class FieldsV1Text
{
    private const string Self = ".";

    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = ObjectDecoder.MaxDepth + 8 };

    /// <summary>
    /// The set as JSON, steps in their order. The tree keeps its bytes and is cheap to write out again.
    /// </summary>
    public static JsonObject ToJson(FieldSet set)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            Write(writer, set, isMember: false);
        }

        return JsonObject.Create(JsonElement.Parse(buffer.WrittenSpan, Depth))!;
    }

    /// <summary>
    /// Reads a set; steps of unknown forms are left out. False when it is no object of objects or a step makes no
    /// sense.
    /// </summary>
    public static bool TryParse(JsonNode? fields, [NotNullWhen(true)] out FieldSet? set)
    {
        set = null;
        if (fields is null)
        {
            set = new FieldSet();
            return true;
        }

        if (fields is not JsonObject)
        {
            return false;
        }

        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            fields.WriteTo(writer);
        }

        var reader = ObjectDecoder.NewReader(buffer.WrittenSpan);
        reader.Read();
        var result = new FieldSet();
        if (!TryRead(ref reader, result, out _))
        {
            return false;
        }

        set = result;
        return true;
    }

    /// <summary>
    /// Whether a stored set has one of the changed paths, or goes on below it. Looks only along those paths.
    /// </summary>
    public static bool Touches(JsonObject fields, FieldSet changed)
    {
        foreach (ref readonly var node in changed.Nodes)
        {
            if (fields.TryGetPropertyValue(node.Step.Text, out var below)
                && (node.IsMember
                    || (node.Children is { } deeper && below is JsonObject inner && Touches(inner, deeper))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a stored set has all of these paths.</summary>
    public static bool ContainsAll(JsonObject fields, FieldSet paths)
    {
        foreach (ref readonly var node in paths.Nodes)
        {
            if (!fields.TryGetPropertyValue(node.Step.Text, out var found) || found is not JsonObject below
                || (node.IsMember && below.Count > 0 && !below.ContainsKey(Self))
                || (node.Children is { } deeper && !ContainsAll(below, deeper)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Takes paths out of a stored set in place, which is much less work than reading it. False, with the set in an
    /// undefined state, when a path that is changed as one value has parts of it in the set: such sets are of an earlier
    /// schema and must be read to be repaired.
    /// </summary>
    public static bool TryRemove(JsonObject fields, FieldSet paths)
    {
        foreach (ref readonly var node in paths.Nodes)
        {
            if (!fields.TryGetPropertyValue(node.Step.Text, out var found) || found is not JsonObject below)
            {
                continue;
            }

            var isMember = below.Count == 0 || below.ContainsKey(Self);
            if (node.IsMember && node.Children is null && below.Count > (isMember && below.Count > 0 ? 1 : 0))
            {
                return false;
            }

            if (node.Children is { } deeper && !TryRemove(below, deeper))
            {
                return false;
            }

            var staysMember = isMember && !node.IsMember;
            if (isMember && node.IsMember)
            {
                below.Remove(Self);
            }

            if (below.Count == 0 && !staysMember)
            {
                fields.Remove(node.Step.Text);
            }
            else if (staysMember && below.Count == 1)
            {
                // A path with nothing below needs no dot.
                below.Remove(Self);
            }
        }

        return true;
    }

    private static void Write(Utf8JsonWriter writer, FieldSet set, bool isMember)
    {
        writer.WriteStartObject();
        if (isMember && set.Nodes.Length > 0)
        {
            writer.WriteStartObject(Self);
            writer.WriteEndObject();
        }

        foreach (ref readonly var node in set.Nodes)
        {
            if (node.Children is { IsEmpty: false } children)
            {
                writer.WritePropertyName(node.Step.Text);
                Write(writer, children, node.IsMember);
            }
            else if (node.IsMember)
            {
                writer.WriteStartObject(node.Step.Text);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    // isMember: whether the path up to here is one of the set; it is too when nothing lies below.
    private static bool TryRead(ref Utf8JsonReader reader, FieldSet set, out bool isMember)
    {
        isMember = false;
        if (reader.TokenType == JsonTokenType.Null)
        {
            isMember = true;
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var text = JsonText.Read(ref reader);
            reader.Read();
            if (text == Self)
            {
                isMember = true;
                reader.Skip();
                continue;
            }

            if (!PathElementText.TryParse(text, out var step))
            {
                return false;
            }

            if (step is null)
            {
                reader.Skip();
                continue;
            }

            var below = set.Below(step) ?? new FieldSet();
            if (!TryRead(ref reader, below, out var endsHere))
            {
                return false;
            }

            if (endsHere)
            {
                set.Add(step);
            }

            if (!below.IsEmpty)
            {
                set.Attach(step, below);
            }
        }

        isMember |= set.Nodes.Length == 0;
        return true;
    }
}
