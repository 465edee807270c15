using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;

namespace Kube1.Api.Schema;

/// <summary>
/// Reads request bodies: one pass over the bytes builds the canonical object. Nulls, unknown fields and empty optional
/// values are dropped; quantities and times are rewritten as upstream stores them. Error texts are upstream's
/// (k8s.io/apimachinery/pkg/runtime/serializer/json, sigs.k8s.io/json).
/// </summary>
public static class ObjectDecoder
{
    /// <summary>
    /// How deep JSON may nest. Real objects stay under 60; what recursion costs a level bounds it from above.
    /// </summary>
    public const int MaxDepth = 500;

    private const int MaxQuotedBodyBytes = 30;

    /// <summary>
    /// Reads the body of a create or an update. Missing apiVersion and kind are filled in from the type; other ones are
    /// refused. Throws <see cref="ApiException"/> (400) for everything that is wrong with the body.
    /// </summary>
    public static DecodedObject Decode(
        ReadOnlySpan<byte> body, SchemaType type, FieldValidation mode, BodyFormat format = BodyFormat.Json)
    {
        GroupVersionKind? kind = null;
        try
        {
            if (format == BodyFormat.Protobuf)
            {
                // Before the content, which says nothing without its type.
                var (apiVersion, name) = ProtobufObjects.ReadKind(body);
                kind = Defaulted(apiVersion, name, type);
                CheckKind(kind.Value, type);
            }

            var json = ToJson(body, type, format, out var duplicates);
            if (kind is null)
            {
                kind = ReadKind(json, type);
                CheckKind(kind.Value, type);
            }

            var result = DecodeRaw(json, type);
            if (type.Kind is { } expected)
            {
                result.Object["apiVersion"] = expected.ApiVersion;
                result.Object["kind"] = expected.Kind;
            }

            if (mode == FieldValidation.Ignore)
            {
                return new DecodedObject(result.Object, []);
            }

            if (mode == FieldValidation.Strict && duplicates.Count + result.Warnings.Count > 0)
            {
                throw new ObjectDecodeException(
                    StrictMessage([.. YamlConverter.StrictErrors(duplicates), .. result.Warnings]));
            }

            return duplicates.Count == 0 ? result : result with { Warnings = [.. duplicates, .. result.Warnings] };
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.BadRequest(Explain(e.Message, kind, type, body));
        }
    }

    /// <summary>
    /// Reads a body against a type without looking at its kind; unknown and duplicate fields come back as warnings.
    /// Throws <see cref="ObjectDecodeException"/>.
    /// </summary>
    public static DecodedObject DecodeRaw(ReadOnlySpan<byte> body, SchemaType type)
    {
        try
        {
            var reader = NewReader(body);
            reader.Read();
            var walk = new SchemaWalk();
            var root = walk.ReadRoot(ref reader, type);
            // Whatever stands behind the object is an error that only the next read finds.
            reader.Read();
            return new DecodedObject(root, walk.Strict);
        }
        catch (JsonException e)
        {
            throw new ObjectDecodeException(GoJsonSyntax.Describe(body) ?? DepthMessage(e));
        }
    }

    /// <summary>
    /// Brings an object that was changed (by a patch, by admission) back into canonical form. Unknown fields come
    /// back as
    /// warnings. Throws <see cref="ObjectDecodeException"/>.
    /// </summary>
    public static DecodedObject Canonicalize(JsonObject changed, SchemaType type)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            changed.WriteTo(writer);
        }

        return DecodeRaw(buffer.WrittenSpan, type);
    }

    /// <summary>
    /// The same for an object whose metadata alone was changed: all other members are in canonical form already and are taken
    /// over, out of <paramref name="changed"/>. When this throws, it is left as it was.
    /// </summary>
    public static DecodedObject CanonicalizeMetadata(JsonObject changed, SchemaType type)
    {
        var rest = new List<KeyValuePair<string, JsonNode?>>(changed.Count);
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var member in changed)
            {
                if (member.Key is not ("apiVersion" or "kind" or "metadata"))
                {
                    rest.Add(member);
                    continue;
                }

                writer.WritePropertyName(member.Key);
                CanonicalJson.WriteValue(writer, member.Value);
            }

            writer.WriteEndObject();
        }

        var decoded = DecodeRaw(buffer.WrittenSpan, type);
        foreach (var (name, value) in rest)
        {
            changed.Remove(name);
            decoded.Object.Add(name, value);
        }

        return decoded;
    }

    /// <summary>"strict decoding error: unknown field "spec.foo", …" from a decode's warnings.</summary>
    public static string StrictMessage(IEnumerable<string> warnings) =>
        "strict decoding error: " + string.Join(", ", warnings);

    /// <summary>
    /// A body as JSON, and what of it YAML names twice. A protobuf message is read as one of the type, whatever kind it
    /// names. Throws <see cref="ObjectDecodeException"/> for a body that is not of its format.
    /// </summary>
    public static ReadOnlySpan<byte> ToJson(
        ReadOnlySpan<byte> body, SchemaType type, BodyFormat format, out IReadOnlyList<string> duplicates)
    {
        duplicates = [];
        switch (format)
        {
            case BodyFormat.Protobuf:
                return ProtobufObjects.ToJson(body, type);
            case BodyFormat.Yaml:
                return YamlConverter.ToJson(body, out duplicates);
            default:
                return body;
        }
    }

    // To the reader 0 is a bound of its own; where nothing more may nest there still may be a value.
    internal static Utf8JsonReader NewReader(ReadOnlySpan<byte> body, int maxDepth = MaxDepth) =>
        new(body, new JsonReaderOptions { MaxDepth = Math.Max(1, maxDepth) });

    private static string DepthMessage(JsonException e) =>
        e.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) ? "exceeded max depth" : e.Message;

    /// <summary>
    /// The kind that a JSON body names; what it leaves out is the type's. Throws <see cref="ObjectDecodeException"/>.
    /// </summary>
    public static GroupVersionKind ReadKind(ReadOnlySpan<byte> body, SchemaType type)
    {
        string? apiVersion = null;
        string? kind = null;
        try
        {
            var reader = NewReader(body);
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
            {
                throw new ObjectDecodeException(
                    "couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + SchemaWalk.GoValueName(reader.TokenType) + " into Go value of type struct { APIVersion string "
                    + "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }");
            }

            // Clients write both first, and then there is no need to read on: the real pass finds what is malformed.
            while ((apiVersion is null || kind is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isVersion = reader.ValueTextEquals("apiVersion"u8);
                var isKind = !isVersion && reader.ValueTextEquals("kind"u8);
                reader.Read();
                if (isVersion)
                {
                    apiVersion = ReadTypeMeta(ref reader, "apiVersion");
                }
                else if (isKind)
                {
                    kind = ReadTypeMeta(ref reader, "kind");
                }
                else
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException e)
        {
            throw new ObjectDecodeException(
                "couldn't get version/kind; json parse error: " + (GoJsonSyntax.Describe(body) ?? DepthMessage(e)));
        }

        return Defaulted(apiVersion, kind, type);
    }

    private static string ReadTypeMeta(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.String => JsonText.Read(ref reader),
        JsonTokenType.Null => "",
        _ => throw new ObjectDecodeException(
            $"couldn't get version/kind; json parse error: json: cannot unmarshal "
            + $"{SchemaWalk.GoValueName(reader.TokenType)} into Go struct field .{field} of type string"),
    };

    private static GroupVersionKind Defaulted(string? apiVersion, string? kind, SchemaType type)
    {
        var expected = type.Kind;
        var name = string.IsNullOrEmpty(kind) ? expected?.Kind ?? type.ShortName : kind;
        if (string.IsNullOrEmpty(apiVersion))
        {
            return new GroupVersionKind(expected?.Group ?? "", expected?.Version ?? "v1", name);
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && apiVersion.IndexOf('/', slash + 1) >= 0)
        {
            throw new ObjectDecodeException($"unexpected GroupVersion string: {apiVersion}");
        }

        return slash < 0
            ? new GroupVersionKind("", apiVersion, name)
            : new GroupVersionKind(apiVersion[..slash], apiVersion[(slash + 1)..], name);
    }

    /// <summary>Throws when the object names a kind that is not the type's.</summary>
    internal static void CheckKind(JsonObject obj, SchemaType type)
    {
        string? Text(string name) => (obj[name] as JsonValue)?.TryGetValue<string>(out var text) == true ? text : null;
        CheckKind(Defaulted(Text("apiVersion"), Text("kind"), type), type);
    }

    private static void CheckKind(GroupVersionKind kind, SchemaType type)
    {
        if (type.Kind is not { } expected || kind == expected)
        {
            return;
        }

        if (SchemaCatalog.BuiltIn.Find(kind) is null)
        {
            throw new ObjectDecodeException(
                $"no kind \"{kind.Kind}\" is registered for version \"{kind.ApiVersion}\" in scheme "
                + "\"pkg/api/legacyscheme/scheme.go:30\"");
        }

        if (kind.Kind == expected.Kind)
        {
            throw ApiErrors.BadRequest(
                $"the API version in the data ({kind.ApiVersion}) does not match the expected API version "
                + $"({expected.ApiVersion})");
        }

        throw new ObjectDecodeException(
            $"converting (v1.{kind.Kind}) to ({expected.GoPackage}.{expected.Kind}): unknown conversion");
    }

    private static string Explain(string message, GroupVersionKind? kind, SchemaType type, ReadOnlySpan<byte> body)
    {
        var expected = type.Kind?.Kind ?? type.ShortName;
        return kind is { } got
            ? $"{got.Kind} in version \"{got.Version}\" cannot be handled as a {expected}: {message}"
            : $"the object provided is unrecognized (must be of type {expected}): {message} ({Summarize(body)})";
    }

    private static string Summarize(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0)
        {
            return "<empty>";
        }

        var isLong = body.Length > MaxQuotedBodyBytes;
        var head = isLong ? body[..MaxQuotedBodyBytes] : body;
        var text = body[0] == (byte)'{' ? Encoding.UTF8.GetString(head) : Convert.ToHexStringLower(head);
        return isLong ? text + " ..." : text;
    }
}
