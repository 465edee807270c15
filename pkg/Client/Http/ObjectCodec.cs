using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Schema;

namespace Kube1.Client.Http;

/// <summary>How objects of one resource are read and written: as typed views or as trees.</summary>
internal abstract class ObjectCodec<T>
    where T : class
{
    public abstract T Read(ReadOnlySpan<byte> utf8);

    public abstract KubeList<T> ReadList(ReadOnlySpan<byte> utf8);

    public abstract byte[] Write(T obj);

    public abstract (string? Namespace, string? Name) NameOf(T obj);
}

internal sealed class TypedCodec<T> : ObjectCodec<T>
    where T : class, IKubernetesKind
{
    public override T Read(ReadOnlySpan<byte> utf8) => KubeJson.Deserialize<T>(utf8);

    public override KubeList<T> ReadList(ReadOnlySpan<byte> utf8) => KubeJson.Deserialize<KubeList<T>>(utf8);

    public override byte[] Write(T obj) => KubeJson.Serialize(obj);

    public override (string? Namespace, string? Name) NameOf(T obj) => (obj.Metadata.Namespace, obj.Metadata.Name);
}

internal sealed class TreeCodec(ResourceDescriptor resource) : ObjectCodec<JsonObject>
{
    public override JsonObject Read(ReadOnlySpan<byte> utf8) =>
        JsonNode.Parse(utf8) as JsonObject ?? throw new JsonException("the JSON value is no object");

    public override KubeList<JsonObject> ReadList(ReadOnlySpan<byte> utf8)
    {
        var tree = Read(utf8);
        var list = new KubeList<JsonObject>
        {
            Kind = (string?)tree["kind"],
            ApiVersion = (string?)tree["apiVersion"],
        };
        if (tree["metadata"] is JsonObject metadata)
        {
            list.Metadata = KubeJson.Deserialize<V1ListMeta>(metadata);
        }

        if (tree["items"] is JsonArray items)
        {
            foreach (var item in items.ToArray())
            {
                items.Remove(item);
                list.Items.Add(WithKind((JsonObject)item!));
            }
        }

        return list;
    }

    public override byte[] Write(JsonObject obj) => JsonTrees.Serialize(obj);

    public override (string? Namespace, string? Name) NameOf(JsonObject obj) =>
        ((string?)obj["metadata"]?["namespace"], (string?)obj["metadata"]?["name"]);

    // The server leaves kind and apiVersion out of list items; whoever holds a single tree needs to know what it is.
    private JsonObject WithKind(JsonObject item)
    {
        item.TryAdd("kind", resource.Kind.Kind);
        item.TryAdd("apiVersion", resource.Kind.ApiVersion);
        return item;
    }
}
