using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;

namespace Kube1.Api.OpenApi;

/// <summary>
/// Turns a JSON document into its protobuf form (com.github.proto-openapi.spec.v2 and v3): what kubectl and client-go
/// ask for. https://github.com/google/gnostic-models
/// </summary>
public static class GnosticEncoder
{
    /// <summary>More than the largest path or type has.</summary>
    private const int ParsedWholeSizeBytes = 64 * 1024;

    /// <summary>As deep as documents are written: schemas of custom resources nest as deep as objects may.</summary>
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = CanonicalJson.WriterOptions.MaxDepth };

    /// <summary>Writes the protobuf form of a document.</summary>
    public static void Encode(Stream destination, ReadOnlyMemory<byte> json, OpenApiVersion version)
    {
        using var output = new ProtobufWriter();
        new Walk(new GnosticMessages(version), output).WriteMessage("Document", json);
        destination.Write(output.Written);
    }

    private sealed class Walk(GnosticMessages messages, ProtobufWriter output)
    {
        /// <summary>
        /// Writes the content of a message. Large ones are taken apart before they are parsed: a parse of the whole document
        /// would take more memory than the document.
        /// </summary>
        public void WriteMessage(string message, ReadOnlyMemory<byte> json)
        {
            if (json.Length <= ParsedWholeSizeBytes || messages.Of(message)[0].IsAlternative)
            {
                using var document = JsonDocument.Parse(json, Deep);
                WriteMessage(message, document.RootElement);
                return;
            }

            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = Deep.MaxDepth });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = json[start..(int)reader.BytesConsumed];
                var field = messages.Find(message, name);
                if (field.IsNamed)
                {
                    var entry = output.BeginMessage(field.Number);
                    output.WriteBytes(1, name);
                    WriteJson(field with { Number = 2 }, value);
                    output.EndMessage(entry);
                }
                else
                {
                    WriteJson(field, value);
                }
            }
        }

        private void WriteJson(GnosticField field, ReadOnlyMemory<byte> json)
        {
            if (json.Length > ParsedWholeSizeBytes && !field.IsRepeated)
            {
                var start = output.BeginMessage(field.Number);
                WriteMessage(field.Type, json);
                output.EndMessage(start);
                return;
            }

            using var document = JsonDocument.Parse(json, Deep);
            WriteField(field, document.RootElement);
        }

        private void WriteMessage(string message, JsonElement value)
        {
            if (messages.Of(message)[0].IsAlternative)
            {
                WriteAlternative(message, value);
                return;
            }

            foreach (var property in value.EnumerateObject())
            {
                var name = JsonMarshal.GetRawUtf8PropertyName(property);
                if (name.Contains((byte)'\\'))
                {
                    // Fields of custom resources may be called anything.
                    name = Encoding.UTF8.GetBytes(property.Name);
                }

                var field = messages.Find(message, name);
                if (field.IsNamed)
                {
                    var start = output.BeginMessage(field.Number);
                    output.WriteBytes(1, name);
                    WriteValue(2, field.Type, property.Value);
                    output.EndMessage(start);
                }
                else
                {
                    WriteField(field, property.Value);
                }
            }
        }

        private void WriteAlternative(string message, JsonElement value)
        {
            foreach (var field in messages.Of(message))
            {
                if (Fits(field.Key.AsSpan(1), value))
                {
                    WriteField(field, value);
                    return;
                }
            }
        }

        private void WriteField(GnosticField field, JsonElement value)
        {
            if (!field.IsRepeated)
            {
                WriteValue(field.Number, field.Type, value);
                return;
            }

            foreach (var item in value.EnumerateArray())
            {
                WriteValue(field.Number, field.Type, item);
            }
        }

        private void WriteValue(int number, string type, JsonElement value)
        {
            switch (type)
            {
                case "string":
                    WriteText(number, value);
                    break;
                case "bool":
                    output.WriteNumber(number, value.GetBoolean() ? 1 : 0);
                    break;
                case "int64":
                    output.WriteNumber(number, value.GetInt64());
                    break;
                case "double":
                    output.WriteDouble(number, value.GetDouble());
                    break;
                case "Any":
                    // {yaml = 2}: JSON is YAML too.
                    var any = output.BeginMessage(number);
                    output.WriteBytes(2, JsonMarshal.GetRawUtf8Value(value));
                    output.EndMessage(any);
                    break;
                default:
                    var start = output.BeginMessage(number);
                    WriteMessage(type, value);
                    output.EndMessage(start);
                    break;
            }
        }

        // A document has a hundred thousand texts: those without escapes are copied as they are.
        private void WriteText(int number, JsonElement value)
        {
            var quoted = JsonMarshal.GetRawUtf8Value(value);
            output.WriteBytes(
                number, quoted.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!) : quoted[1..^1]);
        }

        // "" fits all, "bool" a kind of value, "$ref" objects with this property, "in=path" with this value of it.
        private static bool Fits(ReadOnlySpan<char> condition, JsonElement value)
        {
            switch (condition)
            {
                case "":
                    return true;
                case "string":
                    return value.ValueKind == JsonValueKind.String;
                case "number":
                    return value.ValueKind == JsonValueKind.Number;
                case "bool":
                    return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
                default:
                    var equals = condition.IndexOf('=');
                    return value.ValueKind == JsonValueKind.Object
                        && value.TryGetProperty(equals < 0 ? condition : condition[..equals], out var found)
                        && (equals < 0 || found.ValueEquals(condition[(equals + 1)..]));
            }
        }
    }
}
