using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.Storage;

namespace Kube1.ApiServer.Http;

/// <summary>meta.k8s.io PartialObjectMetadata: an object without all but its metadata.</summary>
internal static class PartialMetadata
{
    /// <summary>Writes it from the stored bytes.</summary>
    public static void Write(
        IBufferWriter<byte> output, ServedResource resource, StoredEntry entry, long revision, string version)
    {
        output.Write(Head(version));
        resource.Codec.WriteMetadataTo(output, entry, revision);
        output.Write("}"u8);
    }

    /// <summary>Makes it from a tree.</summary>
    public static JsonObject Of(JsonObject obj, string version) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/" + version,
        ["metadata"] = obj["metadata"]?.DeepClone(),
    };

    private static byte[] Head(string version) => Encoding.ASCII.GetBytes(
        $$"""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/{{version}}","metadata":""");
}
