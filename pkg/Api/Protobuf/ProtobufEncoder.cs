using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// JSON objects to protobuf messages along their schema, byte for byte as upstream's generated code writes them: fields by
/// number, map entries by key, plain values always, pointers only when set. The JSON is indexed (in pooled memory), never
/// turned into a tree. One encoder serves one thread at a time.
/// </summary>
internal sealed class ProtobufEncoder(ProtobufWriter output)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = ObjectDecoder.MaxDepth + 8 };

    private readonly List<(string Key, JsonElement Value)> _entries = [];

    // The fields of all objects that are being written, innermost last.
    private JsonElement[] _values = new JsonElement[128];
    private int _used;

    /// <summary>Appends the message of a JSON object, without a tag.</summary>
    public void WriteMessage(ReadOnlyMemory<byte> json, SchemaType type)
    {
        using var document = JsonDocument.Parse(json, Options);
        _used = 0;
        _entries.Clear();
        WriteMessage(document.RootElement, type);
    }

    /// <summary>Appends the message of a JSON object as a field.</summary>
    public void WriteMessage(int number, ReadOnlyMemory<byte> json, SchemaType type)
    {
        var start = output.BeginMessage(number);
        WriteMessage(json, type);
        output.EndMessage(start);
    }

    private void WriteMessage(JsonElement obj, SchemaType type)
    {
        var start = _used;
        var count = type.Fields.Count;
        if (_values.Length < start + count)
        {
            Array.Resize(ref _values, Math.Max(start + count, _values.Length * 2));
        }

        _values.AsSpan(start, count).Clear();
        _used += count;
        if (obj.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in obj.EnumerateObject())
            {
                var name = JsonMarshal.GetRawUtf8PropertyName(member);
                var field = name.Contains((byte)'\\') ? type.Find(member.Name) : type.Find(name);
                if (field is not null && member.Value.ValueKind != JsonValueKind.Null)
                {
                    _values[start + field.Index] = member.Value;
                }
            }
        }

        WriteSlots(type.Protobuf, start);
        _used = start;
    }

    private void WriteSlots(ProtobufLayout layout, int start)
    {
        foreach (var slot in layout.Slots)
        {
            if (slot.Inlined is { } inlined)
            {
                var message = output.BeginMessage(slot.Number);
                WriteSlots(inlined, start);
                output.EndMessage(message);
            }
            else
            {
                WriteField(slot.Number, slot.Field!, _values[start + slot.Field!.Index]);
            }
        }
    }

    private void WriteField(int number, SchemaField field, JsonElement value)
    {
        var isAbsent = value.ValueKind == JsonValueKind.Undefined;
        switch (field.Kind)
        {
            case SchemaKind.List when isAbsent:
            case SchemaKind.Map when isAbsent:
            case SchemaKind.Bytes when isAbsent:
                break;
            case SchemaKind.List when field.ProtoType.StartsWith("repeated ", StringComparison.Ordinal):
                WriteItems(number, field.Value.Element!, value);
                break;
            case SchemaKind.Map:
                WriteEntries(number, field.Value.Element!, value);
                break;
            default:
                if (!isAbsent || !field.IsPointer)
                {
                    WriteValue(number, field.Value, value);
                }

                break;
        }
    }

    private void WriteItems(int number, SchemaValue element, JsonElement list)
    {
        foreach (var item in list.EnumerateArray())
        {
            WriteValue(number, element, item);
        }
    }

    private void WriteEntries(int number, SchemaValue element, JsonElement map)
    {
        var first = _entries.Count;
        foreach (var member in map.EnumerateObject())
        {
            _entries.Add((member.Name, member.Value));
        }

        _entries.Sort(first, _entries.Count - first, EntryOrder.Instance);
        for (var i = first; i < _entries.Count; i++)
        {
            var (key, value) = _entries[i];
            var start = output.BeginMessage(number);
            output.WriteText(1, key);
            WriteValue(2, element, value);
            output.EndMessage(start);
        }

        _entries.RemoveRange(first, _entries.Count - first);
    }

    // An absent value is written as Go's zero value of its type.
    private void WriteValue(int number, SchemaValue schema, JsonElement value)
    {
        var isAbsent = value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        switch (schema.Kind)
        {
            case SchemaKind.String:
                ProtobufScalars.WriteText(output, number, value);
                break;
            case SchemaKind.Integer32 or SchemaKind.Integer64:
                output.WriteNumber(number, isAbsent ? 0 : value.GetInt64());
                break;
            case SchemaKind.Boolean:
                output.WriteNumber(number, value.ValueKind == JsonValueKind.True ? 1 : 0);
                break;
            case SchemaKind.Number:
                output.WriteDouble(number, isAbsent ? 0 : value.GetDouble());
                break;
            case SchemaKind.Bytes:
                WriteBase64(number, value);
                break;
            case SchemaKind.Any when ProtobufUnion.Find(schema.TypeName) is { } union:
                WriteUnion(number, union, value);
                break;
            default:
                var start = output.BeginMessage(number);
                WriteContent(schema, value);
                output.EndMessage(start);
                break;
        }
    }

    // What stands within the message of a value that is a message.
    private void WriteContent(SchemaValue schema, JsonElement value)
    {
        switch (schema.Kind)
        {
            case SchemaKind.Object:
                WriteMessage(value, schema.Type!);
                break;
            case SchemaKind.List:
                // A list that is no repeated field is a message with its items: ExtraValue, Verbs.
                if (value.ValueKind == JsonValueKind.Array)
                {
                    WriteItems(1, schema.Element!, value);
                }

                break;
            default:
                ProtobufScalars.WriteContent(output, schema.Kind, value);
                break;
        }
    }

    private void WriteUnion(int number, ProtobufUnion union, JsonElement value)
    {
        var start = output.BeginMessage(number);
        if (union.HasFlag)
        {
            output.WriteNumber(1, value.ValueKind is JsonValueKind.True or JsonValueKind.Object ? 1 : 0);
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var message = output.BeginMessage(union.SchemaNumber);
                WriteMessage(value, ProtobufUnion.Schema);
                output.EndMessage(message);
                break;
            case JsonValueKind.Array when union.Items is { } items:
                WriteItems(2, items, value);
                break;
            default:
                break;
        }

        output.EndMessage(start);
    }

    private void WriteBase64(int number, JsonElement value)
    {
        var start = output.BeginMessage(number);
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = JsonMarshal.GetRawUtf8Value(value)[1..^1];
            if (text.Contains((byte)'\\'))
            {
                output.WriteRaw(value.GetBytesFromBase64());
            }
            else
            {
                Base64.DecodeFromUtf8(text, output.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length)), out _, out var written);
                output.Advance(written);
            }
        }

        output.EndMessage(start);
    }

    // By the UTF-8 bytes, as Go compares strings.
    private sealed class EntryOrder : IComparer<(string Key, JsonElement Value)>
    {
        public static EntryOrder Instance { get; } = new();

        public int Compare((string Key, JsonElement Value) x, (string Key, JsonElement Value) y) => Utf8Order.Compare(x.Key, y.Key);
    }
}
