using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace Kube1.ApiServer.Extensions.Aggregation;

/// <summary>
/// Reads what aggregated API servers tell of their resources. Nothing of it is taken over as it came: what is none of the
/// fields of apidiscovery.k8s.io/v2 is dropped, and a field of a wrong type makes the whole document useless.
/// </summary>
internal static class DiscoveredVersions
{
    /// <summary>What asks for aggregated discovery.</summary>
    public const string Accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

    private const string Wrong = "json: cannot unmarshal the discovery document: ";

    // A member that stands twice is read by some one way and by others the other way.
    private static readonly JsonDocumentOptions ParseOptions = new() { AllowDuplicateProperties = false };

    /// <summary>Whether an answer of this type is an aggregated document.</summary>
    public static bool IsAggregated(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (Parameter(type, "g"), Parameter(type, "as")) == ("apidiscovery.k8s.io", "APIGroupDiscoveryList")
        && Parameter(type, "v") is "v2" or "v2beta1";

    /// <summary>The resources of each group version in an APIGroupDiscoveryList.</summary>
    /// <exception cref="RemoteException">It is none.</exception>
    public static Dictionary<(string Group, string Version), JsonArray> OfAggregated(byte[] document) =>
        Read(document, ReadAggregated);

    /// <summary>The resources in an APIResourceList, in the form of aggregated discovery.</summary>
    /// <exception cref="RemoteException">It is none.</exception>
    public static JsonArray OfLegacy(byte[] document) => Read(document, ReadLegacy);

    private static Dictionary<(string Group, string Version), JsonArray> ReadAggregated(JsonObject root)
    {
        var versions = new Dictionary<(string, string), JsonArray>();
        if (Text(root, "kind") != "APIGroupDiscoveryList")
        {
            throw new RemoteException(Wrong + "it is no APIGroupDiscoveryList");
        }

        foreach (var group in Objects(root, "items"))
        {
            var name = group["metadata"] is { } metadata ? Text(Object(metadata), "name") : "";
            foreach (var version in Objects(group, "versions"))
            {
                versions[(name, Text(version, "version"))] =
                    new JsonArray([.. Objects(version, "resources").Select(Resource)]);
            }
        }

        return versions;
    }

    private static JsonArray ReadLegacy(JsonObject root)
    {
        if (Text(root, "kind") != "APIResourceList")
        {
            throw new RemoteException(Wrong + "it is no APIResourceList");
        }

        var byName = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var resources = new JsonArray();
        foreach (var row in Objects(root, "resources"))
        {
            var parts = Text(row, "name").Split('/', 2);
            if (parts.Length == 1)
            {
                if (!byName.ContainsKey(parts[0]))
                {
                    resources.Add((JsonNode)(byName[parts[0]] = LegacyResource(row, parts[0])));
                }

                continue;
            }

            if (!byName.TryGetValue(parts[0], out var parent))
            {
                // A subresource of what is not served itself.
                byName[parts[0]] = parent = new JsonObject
                {
                    ["resource"] = parts[0], ["responseKind"] = Kind(null), ["scope"] = ScopeOf(row), ["verbs"] = null,
                };
                resources.Add((JsonNode)parent);
            }

            var subresources = parent["subresources"]?.AsArray();
            if (subresources is null)
            {
                parent["subresources"] = subresources = [];
            }

            subresources.Add((JsonNode)new JsonObject
            {
                ["subresource"] = parts[1], ["responseKind"] = Kind(row), ["verbs"] = Texts(row, "verbs"),
            });
        }

        return resources;
    }

    private static JsonObject LegacyResource(JsonObject row, string name)
    {
        var resource = new JsonObject
        {
            ["resource"] = name,
            ["responseKind"] = Kind(row),
            ["scope"] = ScopeOf(row),
            ["singularResource"] = Text(row, "singularName"),
            ["verbs"] = Texts(row, "verbs"),
        };
        AddNames(row, resource);
        return resource;
    }

    private static JsonNode Resource(JsonObject row)
    {
        var resource = new JsonObject
        {
            ["resource"] = Text(row, "resource"),
            ["responseKind"] = Kind(row["responseKind"] is { } kind ? Object(kind) : null),
            ["scope"] = Text(row, "scope"),
            ["singularResource"] = Text(row, "singularResource"),
            ["verbs"] = Texts(row, "verbs"),
        };
        AddNames(row, resource);
        var subresources = Objects(row, "subresources").Select(s => (JsonNode)new JsonObject
        {
            ["subresource"] = Text(s, "subresource"),
            ["responseKind"] = Kind(s["responseKind"] is { } kind ? Object(kind) : null),
            ["verbs"] = Texts(s, "verbs"),
        }).ToArray();
        if (subresources.Length > 0)
        {
            resource["subresources"] = new JsonArray(subresources);
        }

        return resource;
    }

    private static void AddNames(JsonObject row, JsonObject resource)
    {
        foreach (var field in new[] { "shortNames", "categories" })
        {
            if (Texts(row, field) is { Count: > 0 } texts)
            {
                resource[field] = texts;
            }
        }
    }

    // Never absent: some releases of client-go cannot do without it (kubernetes/kubernetes#118361).
    private static JsonObject Kind(JsonObject? row) => new()
    {
        ["group"] = row is null ? "" : Text(row, "group"),
        ["version"] = row is null ? "" : Text(row, "version"),
        ["kind"] = row is null ? "" : Text(row, "kind"),
    };

    private static string ScopeOf(JsonObject row) => row["namespaced"] switch
    {
        null => "Cluster",
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag ? "Namespaced" : "Cluster",
        _ => throw new RemoteException(Wrong + "namespaced is no bool"),
    };

    private static T Read<T>(byte[] document, Func<JsonObject, T> read)
    {
        try
        {
            return read(Object(JsonNode.Parse(document, documentOptions: ParseOptions)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is for texts that are no UTF-8, which shows only when they are looked at.
            throw new RemoteException("json parse error: " + e.Message, e);
        }
    }

    private static JsonObject Object(JsonNode? node) =>
        node as JsonObject ?? throw new RemoteException(Wrong + "an object is none");

    private static IEnumerable<JsonObject> Objects(JsonObject owner, string field) => owner[field] switch
    {
        null => [],
        JsonArray array => array.Select(Object),
        _ => throw new RemoteException($"{Wrong}{field} is no list"),
    };

    private static string Text(JsonObject owner, string field) => owner[field] switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new RemoteException($"{Wrong}{field} is no string"),
    };

    private static JsonArray Texts(JsonObject owner, string field) => owner[field] switch
    {
        null => [],
        JsonArray array => new JsonArray([.. array.Select(item =>
            item is JsonValue value && value.TryGetValue<string>(out var text)
                ? (JsonNode)text
                : throw new RemoteException($"{Wrong}{field} has what is no string"))]),
        _ => throw new RemoteException($"{Wrong}{field} is no list"),
    };

    private static string Parameter(MediaTypeHeaderValue type, string name) =>
        NameValueHeaderValue.Find(type.Parameters, name)?.Value.Value?.Trim('"') ?? "";
}
