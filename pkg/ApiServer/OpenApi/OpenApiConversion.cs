using System.Text.Json.Nodes;

namespace Kube1.ApiServer.OpenApi;

/// <summary>
/// An OpenAPI v2 document as one of v3, for servers that publish no other (k8s.io/kube-openapi/pkg/openapiconv, which loses
/// the same: security, and of parameters all but their types). Where upstream leaves references to what v3 has elsewhere,
/// they are followed.
/// </summary>
internal sealed class OpenApiConversion
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch"];

    private static readonly string[] ParameterFields = ["name", "description", "in", "required", "allowEmptyValue"];

    private static readonly string[] OperationFields =
        ["description", "externalDocs", "tags", "summary", "deprecated", "operationId"];

    private readonly JsonObject _document;
    private readonly JsonObject _parameters;

    private OpenApiConversion(JsonObject document)
    {
        _document = document;
        _parameters = document["parameters"] as JsonObject ?? [];
    }

    /// <summary>A v2 document in v3; nothing of it is changed.</summary>
    /// <exception cref="InvalidOperationException">Something in it is of a wrong type.</exception>
    public static JsonObject V3Of(JsonObject document) => new OpenApiConversion(document).Convert();

    private JsonObject Convert()
    {
        var components = new JsonObject { ["schemas"] = Schemas(_document["definitions"]) };
        var shared = _parameters.Where(p => !IsBody(p.Value)).ToList();
        if (shared.Count > 0)
        {
            components["parameters"] = new JsonObject(
                shared.Select(p => KeyValuePair.Create(p.Key, Parameter(p.Value))));
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = _document["info"]?.DeepClone() ?? new JsonObject(),
            ["paths"] = Each(_document["paths"], PathItem),
            ["components"] = components,
        };
    }

    private JsonNode? PathItem(JsonNode? node)
    {
        if (node is not JsonObject item)
        {
            return node?.DeepClone();
        }

        var converted = Extensions(item);
        foreach (var method in Methods.Where(item.ContainsKey))
        {
            converted[method] = Operation(item[method]);
        }

        Take(item, converted, "$ref");
        if (item["parameters"] is JsonArray parameters)
        {
            converted["parameters"] = new JsonArray([.. parameters.Select(Parameter)]);
        }

        return converted;
    }

    private JsonNode? Operation(JsonNode? node)
    {
        if (node is not JsonObject operation)
        {
            return node?.DeepClone();
        }

        var converted = Extensions(operation);
        Take(operation, converted, OperationFields);
        var parameters = operation["parameters"] as JsonArray ?? [];
        if (parameters.Select(Resolved).FirstOrDefault(IsBody) is JsonObject body)
        {
            converted["requestBody"] = operation["consumes"] is JsonArray consumed
                ? new JsonObject { ["content"] = Content(consumed, body["schema"]) }
                : new JsonObject();
        }

        var others = parameters.Where(p => !IsBody(Resolved(p))).ToList();
        if (others.Count > 0)
        {
            converted["parameters"] = new JsonArray([.. others.Select(Parameter)]);
        }

        var produced = operation["produces"] as JsonArray;
        converted["responses"] = Each(operation["responses"], response => Response(response, produced));
        return converted;
    }

    private static JsonNode? Response(JsonNode? node, JsonArray? produced)
    {
        if (node is not JsonObject response)
        {
            return node?.DeepClone();
        }

        var converted = Extensions(response);
        Take(response, converted, "description");
        if (response["schema"] is { } schema && produced is not null)
        {
            converted["content"] = Content(produced, schema);
        }

        return converted;
    }

    private static JsonObject Content(JsonArray types, JsonNode? schema)
    {
        var content = new JsonObject();
        foreach (var type in types)
        {
            content[(string?)type ?? ""] = new JsonObject { ["schema"] = Schema(schema) };
        }

        return content;
    }

    private static JsonNode? Parameter(JsonNode? node)
    {
        if (node is not JsonObject parameter)
        {
            return node?.DeepClone();
        }

        if ((string?)parameter["$ref"] is { } reference)
        {
            return new JsonObject
            {
                ["$ref"] = reference.Replace("#/parameters/", "#/components/parameters/", StringComparison.Ordinal),
            };
        }

        var converted = Extensions(parameter);
        Take(parameter, converted, ParameterFields);
        if (parameter["schema"] is { } schema)
        {
            converted["schema"] = Schema(schema);
        }
        else
        {
            var simple = new JsonObject();
            Take(parameter, simple, "type", "format", "uniqueItems");
            converted["schema"] = simple;
        }

        return converted;
    }

    private static JsonNode? Schema(JsonNode? node)
    {
        if (node is not JsonObject schema)
        {
            return node?.DeepClone();
        }

        var converted = new JsonObject();
        foreach (var (name, value) in schema)
        {
            converted[name] = name switch
            {
                "$ref" => Reference((string?)value),
                "properties" or "patternProperties" or "definitions" => Schemas(value),
                "items" or "allOf" or "anyOf" or "oneOf" when value is JsonArray list =>
                    new JsonArray([.. list.Select(Schema)]),
                "items" or "additionalProperties" or "additionalItems" or "not" => Schema(value),
                _ => value?.DeepClone(),
            };
        }

        // In v3 a reference stands alone.
        if (converted.Count > 1 && converted["$ref"] is { } reference)
        {
            converted.Remove("$ref");
            converted["allOf"] = new JsonArray(new JsonObject { ["$ref"] = reference });
        }

        return converted;
    }

    private static JsonObject Schemas(JsonNode? node) => new(
        (node as JsonObject ?? []).Select(member => KeyValuePair.Create(member.Key, Schema(member.Value))));

    private static JsonNode? Reference(string? reference) =>
        reference?.Replace("#/definitions/", "#/components/schemas/", StringComparison.Ordinal);

    private static JsonObject Each(JsonNode? node, Func<JsonNode?, JsonNode?> convert) => new(
        (node as JsonObject ?? []).Select(member => KeyValuePair.Create(
            member.Key, IsExtension(member) ? member.Value?.DeepClone() : convert(member.Value))));

    private static JsonObject Extensions(JsonObject from) => new(
        from.Where(IsExtension).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private static void Take(JsonObject from, JsonObject to, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (from.TryGetPropertyValue(field, out var value))
            {
                to[field] = value?.DeepClone();
            }
        }
    }

    private static bool IsExtension(KeyValuePair<string, JsonNode?> member) =>
        member.Key.StartsWith("x-", StringComparison.Ordinal);

    private static bool IsBody(JsonNode? parameter) => parameter is JsonObject obj && (string?)obj["in"] == "body";

    private JsonNode? Resolved(JsonNode? parameter) =>
        parameter is JsonObject obj && (string?)obj["$ref"] is { } reference
            && reference.StartsWith("#/parameters/", StringComparison.Ordinal)
            ? _parameters[reference["#/parameters/".Length..]]
            : parameter;
}
