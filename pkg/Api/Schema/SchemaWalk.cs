using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Kube1.Api.Json;

namespace Kube1.Api.Schema;

/// <summary>One walk of a body along a schema: builds the object and notes unknown and duplicate fields.</summary>
internal sealed class SchemaWalk
{
    /// <summary>Upstream keeps at most this many, so that a hostile body cannot make a huge answer.</summary>
    public const int MaxStrictErrors = 100;

    private const int MaxMaskedFields = 64;

    private Frame[] _frames = new Frame[16];
    private int _depth;
    private List<string>? _strict;

    /// <summary>unknown field "spec.foo", duplicate field "spec.bar"</summary>
    public IReadOnlyList<string> Strict => _strict ?? (IReadOnlyList<string>)[];

    public static string GoValueName(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        _ => "null",
    };

    public JsonObject ReadRoot(ref Utf8JsonReader reader, SchemaType type)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ObjectDecodeException(
                $"json: cannot unmarshal {GoValueName(reader.TokenType)} into Go value of type v1.{type.ShortName}");
        }

        return ReadObject(ref reader, type);
    }

    /// <summary>
    /// Reads any JSON; throws <see cref="JsonException"/> when it is malformed, nested too deeply or followed by something.
    /// </summary>
    public JsonNode? ReadAnyRoot(
        ReadOnlySpan<byte> body, out IReadOnlyList<string> duplicates, int maxDepth = ObjectDecoder.MaxDepth)
    {
        var reader = ObjectDecoder.NewReader(body, maxDepth);
        reader.Read();
        var root = ReadAny(ref reader);
        reader.Read();
        duplicates = Strict;
        return root;
    }

    /// <summary>
    /// What is unknown or stands twice in JSON that is well-formed. Throws <see cref="ObjectDecodeException"/> for a value of
    /// another type.
    /// </summary>
    public IReadOnlyList<string> CheckRoot(ReadOnlySpan<byte> body, SchemaValue value)
    {
        var reader = ObjectDecoder.NewReader(body);
        reader.Read();
        if (reader.TokenType != JsonTokenType.Null)
        {
            ReadValue(ref reader, value);
        }

        return Strict;
    }

    private JsonNode? ReadValue(ref Utf8JsonReader reader, SchemaValue value)
    {
        switch (value.Kind)
        {
            case SchemaKind.String when reader.TokenType == JsonTokenType.String:
                return JsonValue.Create(JsonText.Read(ref reader));
            case SchemaKind.Object when reader.TokenType == JsonTokenType.StartObject:
                return ReadObject(ref reader, value.Type!);
            case SchemaKind.List when reader.TokenType == JsonTokenType.StartArray:
                return ReadList(ref reader, value.Element!);
            case SchemaKind.Map when reader.TokenType == JsonTokenType.StartObject:
                return ReadMap(ref reader, value.Element!, new JsonObject());
            case SchemaKind.Any when ReferenceEquals(value, SchemaValue.FieldsV1)
                && reader.TokenType == JsonTokenType.StartObject:
                return ReadFields(ref reader);
            case SchemaKind.Any:
                return ReadAny(ref reader);
            case SchemaKind.Boolean when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(reader.TokenType == JsonTokenType.True);
            case var _ when value.IsLenient:
                return ReadAny(ref reader);
            case SchemaKind.String or SchemaKind.Object or SchemaKind.List or SchemaKind.Map or SchemaKind.Boolean:
                throw WrongType(ref reader, value);
            default:
                return ReadScalar(ref reader, value);
        }
    }

    private JsonValue ReadScalar(ref Utf8JsonReader reader, SchemaValue value)
    {
        switch (value.Kind)
        {
            case SchemaKind.Integer32 when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out _):
                return Number(ref reader);
            case SchemaKind.Integer64 when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _):
                return Number(ref reader);
            case SchemaKind.Number when reader.TokenType == JsonTokenType.Number:
                return Number(ref reader);
            case SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number:
                throw WrongType(ref reader, value);
            case SchemaKind.IntOrString when reader.TokenType == JsonTokenType.String:
                return JsonValue.Create(JsonText.Read(ref reader));
            case SchemaKind.IntOrString when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out _):
                return Number(ref reader);
            case SchemaKind.IntOrString:
                throw new ObjectDecodeException(
                    $"json: cannot unmarshal {Describe(ref reader)} into Go value of type int32");
            case SchemaKind.Quantity:
                return ReadQuantity(ref reader);
            case SchemaKind.Bytes:
                return reader.TokenType == JsonTokenType.String
                    ? JsonValue.Create(Base64Text.Canonicalize(JsonText.Read(ref reader)))
                    : throw WrongType(ref reader, value);
            default:
                return reader.TokenType == JsonTokenType.String
                    ? JsonValue.Create(TimeText.Canonicalize(JsonText.Read(ref reader), value.Kind == SchemaKind.MicroTime))
                    : throw new ObjectDecodeException(
                        $"json: cannot unmarshal {GoValueName(reader.TokenType)} into Go value of type string");
        }
    }

    private static JsonValue ReadQuantity(ref Utf8JsonReader reader)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => JsonText.Read(ref reader),
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => "?",
        };
        try
        {
            // Most come as they are stored, and then the text is one that is there.
            var canonical = ResourceQuantity.Parse(text.Trim()).ToString();
            return JsonValue.Create(canonical == text ? text : canonical);
        }
        catch (FormatException e)
        {
            throw new ObjectDecodeException(e.Message);
        }
    }

    private JsonObject ReadObject(ref Utf8JsonReader reader, SchemaType type)
    {
        var result = new JsonObject();
        var seen = 0UL;
        Push() = new Frame(type, null, -1);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.ValueIsEscaped ? type.Find(JsonText.Read(ref reader)) : type.Find(reader.ValueSpan);
            if (field is null)
            {
                ReadUnknown(ref reader, type, result);
                continue;
            }

            _frames[_depth - 1].Name = field.JsonName;
            var bit = field.Index < MaxMaskedFields ? 1UL << field.Index : 0;
            if ((seen & bit) != 0 || (bit == 0 && result.ContainsKey(field.JsonName)))
            {
                Note("duplicate", field.JsonName);
            }

            seen |= bit;
            reader.Read();
            Assign(ref reader, type, field, result);
        }

        _depth--;
        return result;
    }

    private void Assign(ref Utf8JsonReader reader, SchemaType type, SchemaField field, JsonObject result)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            if (field.Nullable || field.Value.IsLenient)
            {
                result[field.JsonName] = null;
            }

            return;
        }

        var isZero = IsZero(ref reader);
        var value = ReadValue(ref reader, field.Value);
        if (field.OmitsEmpty && (IsRewritten(field.Value) ? IsEmpty(value) : isZero || IsEmptyContainer(value)))
        {
            result.Remove(field.JsonName);
        }
        else if (!result.TryAdd(field.JsonName, value))
        {
            result[field.JsonName] = value;
        }
    }

    private void ReadUnknown(ref Utf8JsonReader reader, SchemaType type, JsonObject result)
    {
        var name = JsonText.Read(ref reader);
        reader.Read();
        if (type.AdditionalProperties is null && !type.PreservesUnknownFields)
        {
            _frames[_depth - 1].Name = name;
            Note("unknown", name);
            reader.Skip();
            return;
        }

        _frames[_depth - 1].Name = name;
        if (result.ContainsKey(name))
        {
            Note("duplicate", name);
        }

        result[name] = ReadValue(ref reader, type.AdditionalProperties ?? SchemaValue.Any);
    }

    private JsonArray ReadList(ref Utf8JsonReader reader, SchemaValue element)
    {
        var result = new JsonArray();
        Push() = new Frame(null, null, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _frames[_depth - 1].Index = result.Count;
            result.Add(reader.TokenType == JsonTokenType.Null ? Zero(element) : ReadValue(ref reader, element));
        }

        _depth--;
        return result;
    }

    private JsonObject ReadMap(ref Utf8JsonReader reader, SchemaValue element, JsonObject result)
    {
        Push() = new Frame(null, "", -1);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = JsonText.Read(ref reader);
            _frames[_depth - 1].Name = key;
            reader.Read();
            var value = reader.TokenType == JsonTokenType.Null ? Zero(element) : ReadValue(ref reader, element);
            if (!result.TryAdd(key, value))
            {
                Note("duplicate", key);
                result[key] = value;
            }
        }

        _depth--;
        return result;
    }

    /// <summary>
    /// Owned fields are many, and nearly always kept as they came: they stay text until somebody looks. What JSON can write in
    /// several ways is read at once, so that the object has one form.
    /// </summary>
    private JsonNode? ReadFields(ref Utf8JsonReader reader)
    {
        var begin = reader;
        var fields = JsonElement.ParseValue(ref reader);
        var text = JsonMarshal.GetRawUtf8Value(fields);
        if (Utf8.IsValid(text) && text.IndexOf("\\u"u8) < 0)
        {
            return JsonObject.Create(fields);
        }

        reader = begin;
        return ReadAny(ref reader);
    }

    private JsonNode? ReadAny(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadMap(ref reader, SchemaValue.Any, new JsonObject());
            case JsonTokenType.StartArray:
                return ReadList(ref reader, SchemaValue.Any);
            case JsonTokenType.String:
                return JsonValue.Create(JsonText.Read(ref reader));
            case JsonTokenType.Number:
                return Number(ref reader);
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(reader.TokenType == JsonTokenType.True);
            default:
                return null;
        }
    }

    /// <summary>A number that still is text, and so reads as any type that it fits; one made from an int is no long.</summary>
    private static JsonValue Number(ref Utf8JsonReader reader) => JsonValue.Create(SharedNumbers.Read(ref reader))!;

    /// <summary>What Go leaves in a list or map for a null: the zero value of its item.</summary>
    private static JsonNode? Zero(SchemaValue element) => element.Kind switch
    {
        _ when element.IsLenient => null,
        SchemaKind.String or SchemaKind.Bytes => JsonValue.Create(""),
        SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number or SchemaKind.IntOrString => JsonValue.Create(0),
        SchemaKind.Boolean => JsonValue.Create(false),
        SchemaKind.Quantity => JsonValue.Create("0"),
        SchemaKind.Object or SchemaKind.Map => new JsonObject(),
        SchemaKind.List => new JsonArray(),
        _ => null,
    };

    /// <summary>Whether the reader is at "", 0 or false: asking the token costs less than asking the node made from it.</summary>
    private static bool IsZero(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.ValueSpan.Length == 0,
        JsonTokenType.Number => reader.TryGetInt64(out var number) && number == 0,
        JsonTokenType.False => true,
        _ => false,
    };

    private static bool IsEmptyContainer(JsonNode? value) => value is JsonObject { Count: 0 } or JsonArray { Count: 0 };

    /// <summary>Whether values are written anew, so that what is zero before need not be so after: 0 and "0".</summary>
    private static bool IsRewritten(SchemaValue value) => !value.IsLenient
        && value.Kind is (SchemaKind.Quantity or SchemaKind.Bytes or SchemaKind.Time or SchemaKind.MicroTime);

    private static bool IsEmpty(JsonNode? value) =>
        IsEmptyContainer(value) || (value is JsonValue scalar && scalar.TryGetValue<string>(out var text) && text.Length == 0);

    private ref Frame Push()
    {
        if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, _depth * 2);
        }

        return ref _frames[_depth++];
    }

    private ObjectDecodeException WrongType(ref Utf8JsonReader reader, SchemaValue value)
    {
        var field = string.Join('.', _frames.Take(_depth).Where(f => f.Type is not null).Select(f => f.Name));
        var owner = _frames.Take(_depth).LastOrDefault(f => f.Type is not null).Type?.ShortName;
        // Go quotes the number only where it wanted one.
        var what = value.Kind is SchemaKind.Integer32 or SchemaKind.Integer64 or SchemaKind.Number
            ? Describe(ref reader)
            : GoValueName(reader.TokenType);
        var where = owner is null ? "Go value" : $"Go struct field {owner}.{field}";
        return new ObjectDecodeException($"json: cannot unmarshal {what} into {where} of type {value.GoTypeName}");
    }

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number
        ? "number " + Encoding.UTF8.GetString(reader.ValueSpan)
        : GoValueName(reader.TokenType);

    private void Note(string what, string name)
    {
        _strict ??= [];
        var path = Path(name);
        var text = $"{what} field {GoText.Quote(path)}";
        if (_strict.Count < MaxStrictErrors && !_strict.Contains(text))
        {
            _strict.Add(text);
        }
    }

    private string Path(string name)
    {
        var path = new StringBuilder();
        for (var i = 0; i < _depth - 1; i++)
        {
            if (_frames[i].Index >= 0)
            {
                path.Append('[').Append(_frames[i].Index).Append(']');
            }
            else
            {
                path.Append(path.Length > 0 ? "." : "").Append(_frames[i].Name);
            }
        }

        return path.Append(path.Length > 0 ? "." : "").Append(name).ToString();
    }

    /// <summary>A step of the way down: a field of a type, a key of a map (no type), or an index of a list.</summary>
    private record struct Frame(SchemaType? Type, string? Name, int Index);
}
