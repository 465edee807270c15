using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Http;

/// <summary>Answers with one object in the form that the client asked for.</summary>
internal static class ObjectResponse
{
    /// <summary>An object of the registry.</summary>
    public static async ValueTask WriteAsync(
        RequestScope scope, int code, StoredObject obj, CancellationToken cancellationToken)
    {
        var accepted = scope.Negotiate();
        if (obj.Entry is { } entry)
        {
            await scope.Resource.Codec.PrepareAsync([entry], cancellationToken).ConfigureAwait(false);
        }

        using var buffer = new PooledBuffer((obj.Entry?.Value.Length ?? 1024) + ObjectCodec.SpliceSizeBytes + 1);
        Write(buffer, scope, obj, accepted);
        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        scope.Audit?.RecordResponse(buffer.WrittenSpan);
        await ResponseBody.WriteAsync(scope, code, accepted, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Any other object that a resource answers with: a Scale, a review, a Status.</summary>
    public static ValueTask WriteAsync(
        RequestScope scope, int code, JsonObject obj, CancellationToken cancellationToken)
    {
        var accepted = scope.Negotiate() with { Shape = Shape.Object };
        var json = KubeBytes.LineOf(obj);
        if (scope.Audit is { } audit)
        {
            audit.RecordResponse(json.Span);
            if (obj.Text("kind") == "Status")
            {
                audit.RecordStatus(KubeJson.Deserialize<V1Status>(obj));
            }
        }

        return ResponseBody.WriteAsync(scope, code, accepted, json, cancellationToken);
    }

    /// <summary>A view of an object that has columns of its own: a Scale.</summary>
    public static async ValueTask WriteAsync(
        RequestScope scope, int code, JsonObject obj, IReadOnlyList<PrintColumn> columns, CancellationToken cancellationToken)
    {
        var accepted = scope.Negotiate();
        using var buffer = new PooledBuffer();
        switch (accepted.Shape)
        {
            case Shape.Table:
                var table = new TableEncoder(scope, accepted.MetaVersion, columns);
                table.WriteHead(buffer, ListMetadata.Of(obj), columns: true);
                table.WriteRow(buffer, obj);
                TableEncoder.WriteTail(buffer);
                break;
            case Shape.Metadata:
                KubeBytes.WriteTo(buffer, PartialMetadata.Of(obj, accepted.MetaVersion));
                break;
            default:
                await WriteAsync(scope, code, obj, cancellationToken).ConfigureAwait(false);
                return;
        }

        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        await ResponseBody.WriteAsync(scope, code, accepted, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static void Write(PooledBuffer buffer, RequestScope scope, StoredObject obj, Accepted accepted)
    {
        var resource = scope.Resource;
        switch (accepted.Shape)
        {
            case Shape.Table:
                var table = new TableEncoder(scope, accepted.MetaVersion);
                table.WriteHead(buffer, ListMetadata.Of(obj.Revision), columns: true);
                if (obj.Entry is null)
                {
                    table.WriteRow(buffer, obj.Transient!);
                }
                else
                {
                    table.WriteRow(buffer, obj.Entry, obj.Revision);
                }

                TableEncoder.WriteTail(buffer);
                break;
            case Shape.Metadata when obj.Entry is null:
                KubeBytes.WriteTo(buffer, PartialMetadata.Of(resource.Codec.Presented(obj.Transient!), accepted.MetaVersion));
                break;
            case Shape.Metadata:
                PartialMetadata.Write(buffer, resource, obj.Entry, obj.Revision, accepted.MetaVersion);
                break;
            case Shape.MetadataList:
                throw ApiErrors.NotAcceptable(
                    $"you requested PartialObjectMetadataList, but the requested object is not a list ({GoTypeOf(resource)})");
            case Shape.Object when obj.Entry is null:
                KubeBytes.WriteTo(buffer, resource.Codec.Presented(obj.Transient!));
                break;
            default:
                resource.Codec.WriteTo(buffer, obj.Entry!, obj.Revision);
                break;
        }
    }

    /// <summary>The name of a resource's Go type, which error texts carry: "*core.Pod".</summary>
    public static string GoTypeOf(ServedResource resource)
    {
        if (resource.Descriptor.IsCustom)
        {
            return "*unstructured.Unstructured";
        }

        var kind = resource.Descriptor.Kind;
        return $"*{kind.GoPackage}.{kind.Kind}";
    }
}
