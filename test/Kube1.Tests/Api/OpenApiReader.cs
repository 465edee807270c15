using System.Text.Json.Nodes;

namespace Kube1.Tests.Api;

/// <summary>
/// Reads an OpenAPI document by the letter of its specification: each object may have the keys that it has there, and
/// must have those that are required. What is wrong comes out as texts.
/// </summary>
internal sealed class OpenApiReader
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch"];

    private static readonly HashSet<string> Types = ["string", "number", "integer", "boolean", "array", "object"];

    private readonly JsonObject _document;
    private readonly bool _isV3;

    private OpenApiReader(JsonObject document)
    {
        _document = document;
        _isV3 = document.ContainsKey("openapi");
    }

    /// <summary>What is wrong with the document.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>The names of all operations.</summary>
    public List<string> OperationIds { get; } = [];

    /// <summary>Reads a v2 or v3 document.</summary>
    public static OpenApiReader Read(JsonObject document)
    {
        var reader = new OpenApiReader(document);
        reader.ReadDocument();
        return reader;
    }

    private void ReadDocument()
    {
        if (_isV3)
        {
            Keys(_document, "document", ["openapi", "info", "paths", "components"], []);
            var components = _document["components"]!.AsObject();
            Keys(components, "components", ["schemas", "securitySchemes"], []);
            Each(components["schemas"]!, ReadSchema);
            Each(components["securitySchemes"]!, (s, at) => Keys(s, at, ["type", "name", "in"], ["description"]));
        }
        else
        {
            Keys(_document, "document", ["swagger", "info", "paths"],
                ["definitions", "parameters", "securityDefinitions", "security"]);
            Each(_document["definitions"]!, ReadSchema);
            Each(_document["parameters"]!, ReadParameter);
            Each(_document["securityDefinitions"]!, (s, at) => Keys(s, at, ["type", "name", "in"], ["description"]));
        }

        Keys(_document["info"]!.AsObject(), "info", ["title", "version"], []);
        Each(_document["paths"]!, ReadPath);
    }

    private void ReadPath(JsonObject path, string at)
    {
        Expect(at.StartsWith('/'), at, "a path begins with a slash");
        Keys(path, at, [], [.. Methods, "parameters"]);
        var shared = Parameters(path, at);
        foreach (var method in Methods)
        {
            if (path[method] is JsonObject operation)
            {
                ReadOperation(operation, $"{at} {method}", shared);
            }
        }
    }

    private void ReadOperation(JsonObject operation, string at, List<JsonObject> shared)
    {
        string[] extensions = ["x-kubernetes-action", "x-kubernetes-group-version-kind"];
        Keys(operation, at, ["operationId", "responses", "tags"], _isV3
            ? ["description", "parameters", "requestBody", .. extensions]
            : ["description", "parameters", "consumes", "produces", "schemes", .. extensions]);
        OperationIds.Add((string)operation["operationId"]!);
        var parameters = Parameters(operation, at).Concat(shared).Select(p => $"{p["in"]}:{p["name"]}").ToList();
        Expect(parameters.Distinct().Count() == parameters.Count, at, "parameters are unique by place and name");
        foreach (var name in at.Split(' ')[0].Split('/').Where(s => s.StartsWith('{')))
        {
            Expect(parameters.Contains("path:" + name.Trim('{', '}')), at, $"{name} has a parameter");
        }

        if (operation["requestBody"] is JsonObject body)
        {
            Keys(body, at + " body", ["content"], ["description", "required"]);
            Each(body["content"]!, (m, of) => ReadMedia(m, of));
        }

        Each(operation["responses"]!, (response, code) =>
        {
            Keys(response, $"{at} {code}", ["description"], [_isV3 ? "content" : "schema"]);
            if (response["schema"] is JsonObject schema)
            {
                ReadSchema(schema, $"{at} {code}");
            }

            if (response["content"] is { } content)
            {
                Each(content, ReadMedia);
            }
        });
    }

    private void ReadMedia(JsonObject media, string at)
    {
        Keys(media, at, ["schema"], []);
        ReadSchema(media["schema"]!.AsObject(), at);
    }

    private List<JsonObject> Parameters(JsonObject owner, string at)
    {
        var found = new List<JsonObject>();
        foreach (var item in owner["parameters"]?.AsArray() ?? [])
        {
            var parameter = item!.AsObject();
            if (parameter["$ref"] is { } reference)
            {
                parameter = Resolve((string)reference!, at);
            }

            ReadParameter(parameter, at);
            found.Add(parameter);
        }

        Expect(
            found.Select(p => (string)p["name"]!).SequenceEqual(found.Select(p => (string)p["name"]!).Order(StringComparer.Ordinal)),
            at, "parameters stand in the order of their names");
        return found;
    }

    private void ReadParameter(JsonObject parameter, string at)
    {
        var place = (string?)parameter["in"];
        Keys(parameter, at, place == "body" || _isV3 ? ["name", "in", "schema"] : ["name", "in", "type"], _isV3
            ? ["description", "required"]
            : ["description", "required", "uniqueItems"]);
        Expect(place != "path" || (bool?)parameter["required"] == true, at, "parameters in the path are required");
        if (parameter["schema"] is JsonObject schema)
        {
            ReadSchema(schema, at);
        }
    }

    private void ReadSchema(JsonObject schema, string at)
    {
        if (schema["$ref"] is { } reference)
        {
            Resolve((string)reference!, at);
            Expect(!_isV3 || schema.Count == 1, at, "a reference has no siblings");
        }

        string[] keys =
        [
            "$ref", "description", "type", "format", "enum", "required", "properties", "items", "additionalProperties",
            "x-kubernetes-group-version-kind", "x-kubernetes-list-map-keys", "x-kubernetes-list-type",
            "x-kubernetes-map-type", "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy", "x-kubernetes-unions",
        ];
        Keys(schema, at, [], _isV3 ? [.. keys, "default", "allOf", "oneOf", "uniqueItems"] : keys);
        var type = (string?)schema["type"];
        Expect(type is null || Types.Contains(type), at, $"{type} is a type");
        Expect((type == "array") == schema.ContainsKey("items"), at, "lists and only lists have items");
        foreach (var name in new[] { "items", "additionalProperties" })
        {
            if (schema[name] is JsonObject inner)
            {
                ReadSchema(inner, $"{at}.{name}");
            }
        }

        if (schema["properties"] is JsonObject properties)
        {
            Each(properties, (p, name) => ReadSchema(p, $"{at}.{name}"));
        }

        foreach (var name in schema["required"]?.AsArray() ?? [])
        {
            Expect(schema["properties"]?[(string)name!] is not null, at, $"required {name} is a property");
        }

        foreach (var part in schema["allOf"]?.AsArray() ?? [])
        {
            ReadSchema(part!.AsObject(), at);
        }
    }

    private JsonObject Resolve(string reference, string at)
    {
        JsonNode? node = _document;
        foreach (var part in reference.Split('/').Skip(1))
        {
            node = node?[part];
        }

        Expect(reference.StartsWith("#/", StringComparison.Ordinal) && node is JsonObject, at, $"{reference} is there");
        return node as JsonObject ?? [];
    }

    private void Keys(JsonObject obj, string at, string[] required, string[] optional)
    {
        foreach (var key in required)
        {
            Expect(obj.ContainsKey(key), at, $"{key} is there");
        }

        foreach (var (key, value) in obj)
        {
            Expect(required.Contains(key) || optional.Contains(key), at, $"{key} is known");
            Expect(value is not null, at, $"{key} is not null");
        }
    }

    private static void Each(JsonNode map, Action<JsonObject, string> read)
    {
        foreach (var (name, value) in map.AsObject())
        {
            read(value!.AsObject(), name);
        }
    }

    private void Expect(bool holds, string at, string what)
    {
        if (!holds)
        {
            Problems.Add($"{at}: not so: {what}");
        }
    }
}
