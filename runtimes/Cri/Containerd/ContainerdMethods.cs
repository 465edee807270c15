using Google.Protobuf.WellKnownTypes;
using Kube1.Runtimes.Cri.Grpc;

namespace Kube1.Runtimes.Cri.Containerd;

/// <summary>containerd's own services on the CRI socket, and the namespace in which CRI keeps its things.</summary>
internal static class ContainerdMethods
{
    /// <summary>CRI's containers and images live in this namespace of containerd.</summary>
    public static readonly KeyValuePair<string, string> Namespace = new("containerd-namespace", "k8s.io");

    public static readonly RpcMethod<Events.SubscribeRequest, Events.Envelope> Subscribe =
        new("containerd.services.events.v1.Events", "Subscribe", Events.Envelope.Parser);

    public static readonly RpcMethod<Images.ListImagesRequest, Images.ListImagesResponse> ListImages =
        new("containerd.services.images.v1.Images", "List", Images.ListImagesResponse.Parser);

    public static readonly RpcMethod<Images.CreateImageRequest, Images.CreateImageResponse> CreateImage =
        new("containerd.services.images.v1.Images", "Create", Images.CreateImageResponse.Parser);

    public static readonly RpcMethod<Images.UpdateImageRequest, Images.UpdateImageResponse> UpdateImage =
        new("containerd.services.images.v1.Images", "Update", Images.UpdateImageResponse.Parser);

    public static readonly RpcMethod<Content.WriteContentRequest, Content.WriteContentResponse> WriteContent =
        new("containerd.services.content.v1.Content", "Write", Content.WriteContentResponse.Parser);

    public static readonly RpcMethod<Content.UpdateRequest, Content.UpdateResponse> UpdateContent =
        new("containerd.services.content.v1.Content", "Update", Content.UpdateResponse.Parser);

    public static readonly RpcMethod<Leases.CreateRequest, Leases.CreateResponse> CreateLease =
        new("containerd.services.leases.v1.Leases", "Create", Leases.CreateResponse.Parser);

    public static readonly RpcMethod<Leases.DeleteRequest, Empty> DeleteLease =
        new("containerd.services.leases.v1.Leases", "Delete", Empty.Parser);
}
