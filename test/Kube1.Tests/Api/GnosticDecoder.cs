using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.Api.Protobuf;

namespace Kube1.Tests.Api;

/// <summary>Reads the protobuf form of OpenAPI documents back into JSON.</summary>
internal sealed class GnosticDecoder(OpenApiVersion version)
{
    private readonly GnosticMessages _messages = new(version);

    /// <summary>The document.</summary>
    public JsonObject Decode(ReadOnlySpan<byte> bytes) => ReadMessage("Document", bytes)!.AsObject();

    private JsonNode? ReadMessage(string message, ReadOnlySpan<byte> bytes)
    {
        var fields = _messages.Of(message);
        var obj = new JsonObject();
        // An alternative that is a list and has no items leaves no trace.
        JsonNode? alternative = fields[0] is { IsAlternative: true, IsRepeated: true } ? new JsonArray() : null;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            var field = fields.Single(f => f.Number == number);
            if (field.IsNamed)
            {
                ReadNamed(field, reader.ReadBytes(wire), obj);
                continue;
            }

            var value = ReadValue(field.Type, ref reader, wire);
            if (field.IsRepeated)
            {
                var list = field.IsAlternative ? alternative as JsonArray : obj[field.Key] as JsonArray;
                if (list is null)
                {
                    obj[field.Key] = list = [];
                }

                list.Add(value);
            }
            else if (field.IsAlternative)
            {
                alternative = value;
            }
            else
            {
                obj[field.Key] = value;
            }
        }

        return fields[0].IsAlternative ? alternative ?? new JsonObject() : obj;
    }

    private void ReadNamed(GnosticField field, ReadOnlySpan<byte> bytes, JsonObject obj)
    {
        var name = "";
        JsonNode? value = null;
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadField(out var number, out var wire))
        {
            if (number == 1)
            {
                name = reader.ReadText(wire);
            }
            else
            {
                value = ReadValue(field.Type, ref reader, wire);
            }
        }

        obj.Add(name, value);
    }

    private JsonNode? ReadValue(string type, ref ProtobufReader reader, int wire)
    {
        switch (type)
        {
            case "string":
                return reader.ReadText(wire);
            case "bool":
                return reader.ReadNumber(wire) != 0;
            case "int64":
                return reader.ReadNumber(wire);
            case "double":
                return reader.ReadDouble(wire);
            case "Any":
                var any = new ProtobufReader(reader.ReadBytes(wire));
                Assert.That(any.TryReadField(out var number, out var inner), Is.True);
                Assert.That(number, Is.EqualTo(2));
                return JsonNode.Parse(any.ReadText(inner));
            default:
                return ReadMessage(type, reader.ReadBytes(wire));
        }
    }
}
