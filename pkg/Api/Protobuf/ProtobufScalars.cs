using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>Types that are messages in protobuf and single values in JSON.</summary>
internal static class ProtobufScalars
{
    private const long MinUnixSeconds = -62135596800; // the beginning of year 1
    private const long MaxUnixSeconds = 253402300799; // the end of year 9999

    /// <summary>A JSON text as a field; an absent one is the empty text.</summary>
    public static void WriteText(ProtobufWriter output, int number, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            // A quantity may stand as a number.
            output.WriteBytes(number, value.ValueKind == JsonValueKind.Number ? JsonMarshal.GetRawUtf8Value(value) : default);
            return;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (!raw.Contains((byte)'\\'))
        {
            output.WriteBytes(number, raw[1..^1]);
            return;
        }

        var start = output.BeginMessage(number);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        output.Advance(reader.CopyString(output.Reserve(raw.Length)));
        output.EndMessage(start);
    }

    /// <summary>What stands in the message of a time, quantity, int-or-string or free-form JSON; Go's zero when absent.</summary>
    public static void WriteContent(ProtobufWriter output, SchemaKind kind, JsonElement value)
    {
        var isAbsent = value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        switch (kind)
        {
            case SchemaKind.Time or SchemaKind.MicroTime:
                if (!isAbsent)
                {
                    WriteTime(output, value.GetDateTimeOffset(), kind == SchemaKind.MicroTime);
                }

                break;
            case SchemaKind.Quantity when isAbsent:
                output.WriteBytes(1, "0"u8);
                break;
            case SchemaKind.Quantity:
                WriteText(output, 1, value);
                break;
            case SchemaKind.IntOrString:
                var isText = value.ValueKind == JsonValueKind.String;
                output.WriteNumber(1, isText ? 1 : 0);
                output.WriteNumber(2, isText || isAbsent ? 0 : value.GetInt32());
                WriteText(output, 3, isText ? value : default);
                break;
            default:
                if (!isAbsent)
                {
                    output.WriteBytes(1, JsonMarshal.GetRawUtf8Value(value));
                }

                break;
        }
    }

    // Times carry whole seconds even where the JSON had more; the zero time is an empty message.
    private static void WriteTime(ProtobufWriter output, DateTimeOffset time, bool micro)
    {
        if (time.UtcTicks == 0)
        {
            return;
        }

        var nanos = micro ? time.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond * 1000 : 0;
        output.WriteNumber(1, time.ToUnixTimeSeconds());
        output.WriteNumber(2, nanos);
    }

    /// <summary>{seconds = 1, nanos = 2}; an empty message is Go's zero time, which JSON writes as null.</summary>
    public static JsonNode? ReadTime(ReadOnlySpan<byte> bytes, bool micro)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        long seconds = 0, nanos = 0;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            if (number == 1)
            {
                seconds = reader.ReadNumber(wire);
            }
            else if (number == 2)
            {
                nanos = reader.ReadNumber(wire);
            }
            else
            {
                reader.Skip(wire);
            }
        }

        if (seconds is < MinUnixSeconds or > MaxUnixSeconds || nanos is < 0 or >= 1_000_000_000)
        {
            throw new ProtobufFormatException("a time is out of range");
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
        var format = micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'";
        return time.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>{string = 1}</summary>
    public static JsonNode? ReadQuantity(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        string? text = null;
        while (reader.TryReadField(out var number, out var wire))
        {
            if (number == 1)
            {
                text = reader.ReadText(wire);
            }
            else
            {
                reader.Skip(wire);
            }
        }

        return string.IsNullOrEmpty(text) ? "0" : text;
    }

    /// <summary>{type = 1 (0 number, 1 text), intVal = 2, strVal = 3}</summary>
    public static JsonNode? ReadIntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var field, out var wire))
        {
            switch (field)
            {
                case 1:
                    isText = reader.ReadNumber(wire) == 1;
                    break;
                case 2:
                    number = reader.ReadNumber(wire);
                    break;
                case 3:
                    text = reader.ReadText(wire);
                    break;
                default:
                    reader.Skip(wire);
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    /// <summary>{raw = 1}: JSON within protobuf, in a place of this depth.</summary>
    public static JsonNode? ReadAny(ReadOnlySpan<byte> bytes, int depth)
    {
        JsonNode? value = null;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            if (number != 1)
            {
                reader.Skip(wire);
                continue;
            }

            try
            {
                value = new SchemaWalk().ReadAnyRoot(reader.ReadBytes(wire), out _, ObjectDecoder.MaxDepth - depth);
            }
            catch (JsonException)
            {
                throw new ProtobufFormatException("an embedded object is no JSON, or nested too deeply");
            }
        }

        return value;
    }
}
