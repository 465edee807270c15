using System.Text.Json;

namespace Kube1.Api.OpenApi;

/// <summary>One OpenAPI 3.0 document.</summary>
internal sealed class OpenApiV3Writer(
    Utf8JsonWriter writer, Definitions definitions, IReadOnlyList<(string Group, string Version)> groupVersions)
{
    private readonly SchemaWriter _schemas = new(writer, OpenApiVersion.V3, definitions, groupVersions);

    /// <summary>Writes the document of these paths.</summary>
    public void Write(IReadOnlyList<ApiPath> paths, string serverVersion)
    {
        writer.WriteStartObject();
        writer.WriteString("openapi"u8, "3.0.0"u8);
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
        writer.WriteStartObject("components"u8);
        writer.WriteStartObject("schemas"u8);
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
        writer.WriteStartObject("securitySchemes"u8);
        writer.WriteStartObject("BearerToken"u8);
        writer.WriteString("type"u8, "apiKey"u8);
        writer.WriteString("description"u8, "A bearer token"u8);
        writer.WriteString("name"u8, "authorization"u8);
        writer.WriteString("in"u8, "header"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WritePath(ApiPath path)
    {
        writer.WriteStartObject(path.Path);
        foreach (var operation in path.Operations)
        {
            writer.WriteStartObject(operation.Method);
            _schemas.WriteTexts("tags", [operation.Tag]);
            _schemas.WriteDescription(operation.Description);
            writer.WriteString("operationId"u8, operation.Id);
            WriteParameters([.. path.OwnParameters(operation)]);
            WriteBody(operation);
            WriteResponses(operation);
            if (operation.Kind is { } kind)
            {
                writer.WriteString("x-kubernetes-action"u8, operation.Action);
                writer.WritePropertyName("x-kubernetes-group-version-kind"u8);
                _schemas.WriteKind(kind);
            }

            writer.WriteEndObject();
        }

        WriteParameters(path.SharedParameters);
        writer.WriteEndObject();
    }

    private void WriteParameters(IReadOnlyList<ApiParameter> parameters)
    {
        if (parameters.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("parameters"u8);
        foreach (var parameter in parameters)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, parameter.Name);
            writer.WriteString("in"u8, parameter.Place);
            _schemas.WriteDescription(parameter.Description);
            if (parameter.Place == "path")
            {
                writer.WriteBoolean("required"u8, true);
            }

            writer.WriteStartObject("schema"u8);
            writer.WriteString("type"u8, parameter.Type);
            writer.WriteBoolean("uniqueItems"u8, true);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteBody(ApiOperation operation)
    {
        if (operation.Body.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("requestBody"u8);
        WriteContent(operation.Consumes, operation.Body);
        if (operation.BodyRequired)
        {
            writer.WriteBoolean("required"u8, true);
        }

        writer.WriteEndObject();
    }

    private void WriteResponses(ApiOperation operation)
    {
        writer.WriteStartObject("responses"u8);
        foreach (var response in operation.Responses)
        {
            writer.WriteStartObject(response.Code);
            writer.WriteString("description"u8, response.Description);
            WriteContent(operation.Produces, response.Type);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("401"u8);
        writer.WriteString("description"u8, "Unauthorized"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteContent(IEnumerable<string> mediaTypes, string type)
    {
        writer.WriteStartObject("content"u8);
        foreach (var mediaType in mediaTypes.Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject(mediaType);
            _schemas.WriteBodySchema(type);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
