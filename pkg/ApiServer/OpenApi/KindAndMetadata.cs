using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.OpenApi;

/// <summary>What every object has beside what a schema says of it: apiVersion, kind and metadata.</summary>
internal static class KindAndMetadata
{
    /// <summary>What the names of the types of metadata begin with.</summary>
    public const string Types = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /// <summary>Adds the properties of an object to its schema; whatever it says of them itself goes.</summary>
    public static void AddTo(JsonObject schema, OpenApiVersion version)
    {
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = Text("The version of the API that the object is written in: group/version.");
        properties["kind"] = Text("What kind of object it is, in CamelCase.");
        properties["metadata"] = Reference("What all objects have: name, labels, annotations.", "ObjectMeta", version);
    }

    /// <summary>Adds those of a list.</summary>
    public static void AddToList(JsonObject schema, OpenApiVersion version)
    {
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = Text("The version of the API that the list is written in: group/version.");
        properties["kind"] = Text("What kind of list it is, in CamelCase.");
        properties["metadata"] = Reference("The list's own revision, and how to go on reading it.", "ListMeta", version);
    }

    /// <summary>A reference to the definition of a type.</summary>
    public static JsonObject Reference(string type, OpenApiVersion version) => new()
    {
        ["$ref"] = (version == OpenApiVersion.V2 ? "#/definitions/" : "#/components/schemas/") + type,
    };

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };

    // In v3 a reference has no siblings.
    private static JsonObject Reference(string description, string type, OpenApiVersion version)
    {
        var reference = Reference(Types + type, version);
        if (version == OpenApiVersion.V2)
        {
            reference["description"] = description;
            return reference;
        }

        return new JsonObject { ["description"] = description, ["allOf"] = new JsonArray(reference) };
    }
}
