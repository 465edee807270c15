using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;
using Kube1.Api.Json;

namespace Kube1.Api.OpenApi;

/// <summary>The Swagger 2.0 document.</summary>
internal sealed class OpenApiV2Writer(
    Utf8JsonWriter writer, Definitions definitions, IReadOnlyList<(string Group, string Version)> groupVersions)
{
    private readonly SchemaWriter _schemas = new(writer, OpenApiVersion.V2, definitions, groupVersions);

    // Parameters that many operations have, under the names that references to them use.
    private readonly SortedDictionary<string, byte[]> _sharedParameters = new(StringComparer.Ordinal);

    // There are ten thousand parameters, but only some hundred different ones.
    private readonly Dictionary<ApiParameter, Written> _written = [];

    /// <summary>Writes the document of these paths.</summary>
    public void Write(IReadOnlyList<ApiPath> paths, string serverVersion)
    {
        writer.WriteStartObject();
        writer.WriteString("swagger"u8, "2.0"u8);
        writer.WriteStartObject("info"u8);
        writer.WriteString("title"u8, "Kubernetes"u8);
        writer.WriteString("version"u8, serverVersion);
        writer.WriteEndObject();
        writer.WriteStartObject("paths"u8);
        foreach (var path in paths.OrderBy(p => p.Path, StringComparer.Ordinal))
        {
            WritePath(path);
            writer.Flush();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("definitions"u8);
        foreach (var type in definitions.Reach(paths))
        {
            _schemas.WriteType(type);
            writer.Flush();
        }

        foreach (var (name, definition) in definitions.ReachedCustom)
        {
            writer.WritePropertyName(name);
            definition.Schema.WriteTo(writer);
            writer.Flush();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("parameters"u8);
        foreach (var (name, parameter) in _sharedParameters)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(parameter, skipInputValidation: true);
        }

        writer.WriteEndObject();
        WriteSecurity();
        writer.WriteEndObject();
    }

    private void WriteSecurity()
    {
        writer.WriteStartObject("securityDefinitions"u8);
        writer.WriteStartObject("BearerToken"u8);
        writer.WriteString("description"u8, "A bearer token"u8);
        writer.WriteString("type"u8, "apiKey"u8);
        writer.WriteString("name"u8, "authorization"u8);
        writer.WriteString("in"u8, "header"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartArray("security"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("BearerToken"u8);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WritePath(ApiPath path)
    {
        writer.WriteStartObject(path.Path);
        foreach (var operation in path.Operations)
        {
            writer.WriteStartObject(operation.Method);
            _schemas.WriteDescription(operation.Description);
            if (operation.Consumes.Count > 0)
            {
                _schemas.WriteTexts("consumes", operation.Consumes);
            }

            _schemas.WriteTexts("produces", operation.Produces);
            _schemas.WriteTexts("schemes", ["https"]);
            _schemas.WriteTexts("tags", [operation.Tag]);
            writer.WriteString("operationId"u8, operation.Id);
            WriteParameters(path.OwnParameters(operation), operation);
            WriteResponses(operation);
            if (operation.Kind is { } kind)
            {
                writer.WriteString("x-kubernetes-action"u8, operation.Action);
                writer.WritePropertyName("x-kubernetes-group-version-kind"u8);
                _schemas.WriteKind(kind);
            }

            writer.WriteEndObject();
        }

        WriteParameters(path.SharedParameters, null);
        writer.WriteEndObject();
    }

    private void WriteResponses(ApiOperation operation)
    {
        writer.WriteStartObject("responses"u8);
        foreach (var response in operation.Responses)
        {
            writer.WriteStartObject(response.Code);
            writer.WriteString("description"u8, response.Description);
            _schemas.WriteBodySchema(response.Type);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("401"u8);
        writer.WriteString("description"u8, "Unauthorized"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteParameters(IEnumerable<ApiParameter> parameters, ApiOperation? withBodyOf)
    {
        List<Written> all = [.. parameters.Select(Of)];
        if (withBodyOf is { Body.Length: > 0 })
        {
            // Upstream's order is by name; bodies of a kind of their own stay with the operation.
            var isShared = withBodyOf.Body.StartsWith("io.k8s.apimachinery", StringComparison.Ordinal);
            var at = all.FindIndex(p => string.CompareOrdinal(p.Name, "body") > 0);
            all.Insert(at < 0 ? all.Count : at, Share("body", isShared, BodyJson(withBodyOf)));
        }

        if (all.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("parameters"u8);
        foreach (var parameter in all)
        {
            if (parameter.Reference is null)
            {
                writer.WriteRawValue(parameter.Json, skipInputValidation: true);
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("$ref"u8, parameter.Reference);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private Written Of(ApiParameter parameter)
    {
        if (!_written.TryGetValue(parameter, out var written))
        {
            // The name speaks of the kind; dryRun and fieldValidation are where kubectl up to 1.27 looks for these
            // features.
            var isShared = parameter.Name is not ("name" or "dryRun" or "fieldValidation");
            _written[parameter] = written = Share(parameter.Name, isShared, JsonOf(parameter));
        }

        return written;
    }

    private Written Share(string name, bool isShared, byte[] json)
    {
        if (!isShared)
        {
            return new Written(name, json, null);
        }

        var shared = $"{name}-{Hash(json)}";
        _sharedParameters.TryAdd(shared, json);
        return new Written(name, json, "#/parameters/" + shared);
    }

    private static byte[] JsonOf(ApiParameter parameter) => Json(inner =>
    {
        inner.WriteBoolean("uniqueItems"u8, true);
        inner.WriteString("type"u8, parameter.Type);
        if (parameter.Description.Length > 0)
        {
            inner.WriteString("description"u8, parameter.Description);
        }

        inner.WriteString("name"u8, parameter.Name);
        inner.WriteString("in"u8, parameter.Place);
        if (parameter.Place == "path")
        {
            inner.WriteBoolean("required"u8, true);
        }
    });

    private byte[] BodyJson(ApiOperation operation) => Json(inner =>
    {
        inner.WriteString("name"u8, "body"u8);
        inner.WriteString("in"u8, "body"u8);
        if (operation.BodyRequired)
        {
            inner.WriteBoolean("required"u8, true);
        }

        new SchemaWriter(inner, OpenApiVersion.V2, definitions, groupVersions).WriteBodySchema(operation.Body);
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var inner = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            inner.WriteStartObject();
            write(inner);
            inner.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Upstream's way to name them: the first six bytes of FNV-1 (64 bits), in base64.
    private static string Hash(ReadOnlySpan<byte> json)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in json)
        {
            hash = unchecked(hash * 1099511628211UL) ^ b;
        }

        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, hash);
        return Base64Url.EncodeToString(bytes[..6]);
    }

    /// <summary>A parameter as JSON; when it is shared, operations have the reference in its place.</summary>
    private sealed record Written(string Name, byte[] Json, string? Reference);
}
