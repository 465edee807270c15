using System.Text.Json.Nodes;
using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// Protobuf messages to JSON objects along their schema: the same objects that JSON bodies of Go clients hold, so that one
/// decoder after this one makes them canonical. Throws <see cref="ProtobufFormatException"/>.
/// </summary>
internal static class ProtobufDecoder
{
    /// <summary>Kind and object of a runtime.Unknown; the object as a place in the bytes.</summary>
    public static (string ApiVersion, string Kind, (int Start, int Length) Raw) ReadEnvelope(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind, raw) = ("", "", (0, 0));
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            switch (number)
            {
                case 1:
                    var meta = new ProtobufReader(reader.ReadBytes(wire));
                    while (meta.TryReadField(out var part, out var partWire))
                    {
                        switch (part)
                        {
                            case 1:
                                apiVersion = meta.ReadText(partWire);
                                break;
                            case 2:
                                kind = meta.ReadText(partWire);
                                break;
                            default:
                                meta.Skip(partWire);
                                break;
                        }
                    }

                    break;
                case 2:
                    var length = reader.ReadBytes(wire).Length;
                    raw = (bytes.Length - reader.RestBytes - length, length);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        return (apiVersion, kind, raw);
    }

    /// <summary>Reads a message into an object.</summary>
    public static void ReadMessage(ReadOnlySpan<byte> bytes, SchemaType type, JsonObject obj) =>
        ReadMessage(bytes, type.Protobuf, obj, 1);

    // The depth is that of the JSON: of the object, list or map that a function fills. A message in place adds none.
    private static void ReadMessage(ReadOnlySpan<byte> bytes, ProtobufLayout layout, JsonObject obj, int depth)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            var slot = layout.Find(number);
            if (slot.Inlined is { } inlined)
            {
                ReadMessage(reader.ReadBytes(wire), inlined, obj, depth);
            }
            else if (slot.Field is { } field)
            {
                ReadField(ref reader, wire, field, obj, depth);
            }
            else
            {
                reader.Skip(wire);
            }
        }
    }

    private static void ReadField(ref ProtobufReader reader, int wire, SchemaField field, JsonObject obj, int depth)
    {
        switch (field.Value.Kind)
        {
            case SchemaKind.List when field.ProtoType.StartsWith("repeated ", StringComparison.Ordinal):
                if (obj[field.JsonName] is not JsonArray list)
                {
                    obj[field.JsonName] = list = [];
                }

                ReadItems(ref reader, wire, field.Value.Element!, list, Below(depth));
                break;
            case SchemaKind.Map:
                if (obj[field.JsonName] is not JsonObject map)
                {
                    obj[field.JsonName] = map = [];
                }

                ReadEntry(reader.ReadBytes(wire), field.Value.Element!, map, Below(depth));
                break;
            default:
                if (ReadValue(ref reader, wire, field.Value, depth) is { } value)
                {
                    obj[field.JsonName] = value;
                }

                break;
        }
    }

    private static void ReadItems(ref ProtobufReader reader, int wire, SchemaValue element, JsonArray list, int depth)
    {
        var isPacked = wire == ProtobufReader.LengthDelimited
            && element.Kind is (SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Boolean);
        if (!isPacked)
        {
            list.Add(ReadValue(ref reader, wire, element, depth));
            return;
        }

        var packed = new ProtobufReader(reader.ReadBytes(wire));
        while (!packed.AtEnd)
        {
            list.Add(ReadValue(ref packed, ProtobufReader.Varint, element, depth));
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> bytes, SchemaValue element, JsonObject map, int depth)
    {
        var key = "";
        JsonNode? value = null;
        var entry = new ProtobufReader(bytes);
        while (entry.TryReadField(out var number, out var wire))
        {
            switch (number)
            {
                case 1:
                    key = entry.ReadText(wire);
                    break;
                case 2:
                    value = ReadValue(ref entry, wire, element, depth);
                    break;
                default:
                    entry.Skip(wire);
                    break;
            }
        }

        map[key] = value ?? (element.Kind is SchemaKind.String or SchemaKind.Bytes ? "" : null);
    }

    private static JsonNode? ReadValue(ref ProtobufReader reader, int wire, SchemaValue value, int depth)
    {
        switch (value.Kind)
        {
            case SchemaKind.String:
                return JsonValue.Create(reader.ReadText(wire));
            case SchemaKind.Integer32:
                return JsonValue.Create((int)reader.ReadNumber(wire));
            case SchemaKind.Integer64:
                return JsonValue.Create(reader.ReadNumber(wire));
            case SchemaKind.Boolean:
                return JsonValue.Create(reader.ReadNumber(wire) != 0);
            case SchemaKind.Number:
                return ReadDouble(ref reader, wire);
            case SchemaKind.Bytes:
                return JsonValue.Create(Convert.ToBase64String(reader.ReadBytes(wire)));
            case SchemaKind.Time:
                return ProtobufScalars.ReadTime(reader.ReadBytes(wire), micro: false);
            case SchemaKind.MicroTime:
                return ProtobufScalars.ReadTime(reader.ReadBytes(wire), micro: true);
            case SchemaKind.Quantity:
                return ProtobufScalars.ReadQuantity(reader.ReadBytes(wire));
            case SchemaKind.IntOrString:
                return ProtobufScalars.ReadIntOrString(reader.ReadBytes(wire));
            case SchemaKind.Any when ProtobufUnion.Find(value.TypeName) is { } union:
                return ReadUnion(reader.ReadBytes(wire), union, depth);
            case SchemaKind.Any:
                return ProtobufScalars.ReadAny(reader.ReadBytes(wire), depth);
            case SchemaKind.List:
                // A list that is no repeated field is a message with its items: ExtraValue, Verbs.
                return ReadInnerList(reader.ReadBytes(wire), value.Element!, Below(depth));
            default:
                var obj = new JsonObject();
                ReadMessage(reader.ReadBytes(wire), value.Type!.Protobuf, obj, Below(depth));
                return obj;
        }
    }

    private static JsonArray ReadInnerList(ReadOnlySpan<byte> bytes, SchemaValue element, int depth)
    {
        var list = new JsonArray();
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out _, out var wire))
        {
            list.Add(ReadValue(ref reader, wire, element, depth));
        }

        return list;
    }

    private static int Below(int depth) => depth < ObjectDecoder.MaxDepth
        ? depth + 1
        : throw new ProtobufFormatException("exceeded max depth");

    // JSON has no infinity and no NaN, which a double on the wire may be.
    private static JsonValue ReadDouble(ref ProtobufReader reader, int wire)
    {
        var number = reader.ReadDouble(wire);
        return double.IsFinite(number)
            ? JsonValue.Create(number)
            : throw new ProtobufFormatException("a number is not finite");
    }

    // As upstream's JSON has it: the schema wins over the flag, but a list wins over the schema.
    private static JsonNode? ReadUnion(ReadOnlySpan<byte> bytes, ProtobufUnion union, int depth)
    {
        JsonObject? schema = null;
        JsonNode? other = null;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            if (number == union.SchemaNumber)
            {
                schema = [];
                ReadMessage(reader.ReadBytes(wire), ProtobufUnion.Schema.Protobuf, schema, Below(depth));
            }
            else if (number == 1 && union.HasFlag)
            {
                other = JsonValue.Create(reader.ReadNumber(wire) != 0);
            }
            else if (number == 2 && union.Items is { } items)
            {
                other ??= new JsonArray();
                ReadItems(ref reader, wire, items, other.AsArray(), Below(depth));
            }
            else
            {
                reader.Skip(wire);
            }
        }

        return union.HasFlag ? schema ?? other : other ?? schema;
    }
}
