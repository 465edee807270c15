using Google.Protobuf;

namespace Kube1.Runtimes.Cri.Grpc;

/// <summary>The methods of CRI v1 that are called, by path.</summary>
internal static class CriMethods
{
    private const string Runtime = "runtime.v1.RuntimeService";
    private const string Image = "runtime.v1.ImageService";

    public static readonly RpcMethod<V1.VersionRequest, V1.VersionResponse> Version =
        Of<V1.VersionRequest, V1.VersionResponse>(Runtime, nameof(Version), V1.VersionResponse.Parser);

    public static readonly RpcMethod<V1.StatusRequest, V1.StatusResponse> Status =
        Of<V1.StatusRequest, V1.StatusResponse>(Runtime, nameof(Status), V1.StatusResponse.Parser);

    public static readonly RpcMethod<V1.RunPodSandboxRequest, V1.RunPodSandboxResponse> RunPodSandbox =
        Of<V1.RunPodSandboxRequest, V1.RunPodSandboxResponse>(
            Runtime, nameof(RunPodSandbox), V1.RunPodSandboxResponse.Parser);

    public static readonly RpcMethod<V1.StopPodSandboxRequest, V1.StopPodSandboxResponse> StopPodSandbox =
        Of<V1.StopPodSandboxRequest, V1.StopPodSandboxResponse>(
            Runtime, nameof(StopPodSandbox), V1.StopPodSandboxResponse.Parser);

    public static readonly RpcMethod<V1.RemovePodSandboxRequest, V1.RemovePodSandboxResponse> RemovePodSandbox =
        Of<V1.RemovePodSandboxRequest, V1.RemovePodSandboxResponse>(
            Runtime, nameof(RemovePodSandbox), V1.RemovePodSandboxResponse.Parser);

    public static readonly RpcMethod<V1.PodSandboxStatusRequest, V1.PodSandboxStatusResponse> PodSandboxStatus =
        Of<V1.PodSandboxStatusRequest, V1.PodSandboxStatusResponse>(
            Runtime, nameof(PodSandboxStatus), V1.PodSandboxStatusResponse.Parser);

    public static readonly RpcMethod<V1.ListPodSandboxRequest, V1.ListPodSandboxResponse> ListPodSandbox =
        Of<V1.ListPodSandboxRequest, V1.ListPodSandboxResponse>(
            Runtime, nameof(ListPodSandbox), V1.ListPodSandboxResponse.Parser);

    public static readonly RpcMethod<V1.CreateContainerRequest, V1.CreateContainerResponse> CreateContainer =
        Of<V1.CreateContainerRequest, V1.CreateContainerResponse>(
            Runtime, nameof(CreateContainer), V1.CreateContainerResponse.Parser);

    public static readonly RpcMethod<V1.StartContainerRequest, V1.StartContainerResponse> StartContainer =
        Of<V1.StartContainerRequest, V1.StartContainerResponse>(
            Runtime, nameof(StartContainer), V1.StartContainerResponse.Parser);

    public static readonly RpcMethod<V1.StopContainerRequest, V1.StopContainerResponse> StopContainer =
        Of<V1.StopContainerRequest, V1.StopContainerResponse>(
            Runtime, nameof(StopContainer), V1.StopContainerResponse.Parser);

    public static readonly RpcMethod<V1.RemoveContainerRequest, V1.RemoveContainerResponse> RemoveContainer =
        Of<V1.RemoveContainerRequest, V1.RemoveContainerResponse>(
            Runtime, nameof(RemoveContainer), V1.RemoveContainerResponse.Parser);

    public static readonly RpcMethod<V1.ContainerStatusRequest, V1.ContainerStatusResponse> ContainerStatus =
        Of<V1.ContainerStatusRequest, V1.ContainerStatusResponse>(
            Runtime, nameof(ContainerStatus), V1.ContainerStatusResponse.Parser);

    public static readonly RpcMethod<V1.ListContainersRequest, V1.ListContainersResponse> ListContainers =
        Of<V1.ListContainersRequest, V1.ListContainersResponse>(
            Runtime, nameof(ListContainers), V1.ListContainersResponse.Parser);

    public static readonly RpcMethod<V1.UpdateContainerResourcesRequest, V1.UpdateContainerResourcesResponse>
        UpdateContainerResources =
            Of<V1.UpdateContainerResourcesRequest, V1.UpdateContainerResourcesResponse>(
                Runtime, nameof(UpdateContainerResources), V1.UpdateContainerResourcesResponse.Parser);

    public static readonly RpcMethod<V1.ReopenContainerLogRequest, V1.ReopenContainerLogResponse> ReopenContainerLog =
        Of<V1.ReopenContainerLogRequest, V1.ReopenContainerLogResponse>(
            Runtime, nameof(ReopenContainerLog), V1.ReopenContainerLogResponse.Parser);

    public static readonly RpcMethod<V1.ExecSyncRequest, V1.ExecSyncResponse> ExecSync =
        Of<V1.ExecSyncRequest, V1.ExecSyncResponse>(Runtime, nameof(ExecSync), V1.ExecSyncResponse.Parser);

    public static readonly RpcMethod<V1.ExecRequest, V1.ExecResponse> Exec =
        Of<V1.ExecRequest, V1.ExecResponse>(Runtime, nameof(Exec), V1.ExecResponse.Parser);

    public static readonly RpcMethod<V1.AttachRequest, V1.AttachResponse> Attach =
        Of<V1.AttachRequest, V1.AttachResponse>(Runtime, nameof(Attach), V1.AttachResponse.Parser);

    public static readonly RpcMethod<V1.PortForwardRequest, V1.PortForwardResponse> PortForward =
        Of<V1.PortForwardRequest, V1.PortForwardResponse>(
            Runtime, nameof(PortForward), V1.PortForwardResponse.Parser);

    public static readonly RpcMethod<V1.ListContainerStatsRequest, V1.ListContainerStatsResponse> ListContainerStats =
        Of<V1.ListContainerStatsRequest, V1.ListContainerStatsResponse>(
            Runtime, nameof(ListContainerStats), V1.ListContainerStatsResponse.Parser);

    public static readonly RpcMethod<V1.ListPodSandboxStatsRequest, V1.ListPodSandboxStatsResponse>
        ListPodSandboxStats =
            Of<V1.ListPodSandboxStatsRequest, V1.ListPodSandboxStatsResponse>(
                Runtime, nameof(ListPodSandboxStats), V1.ListPodSandboxStatsResponse.Parser);

    public static readonly RpcMethod<V1.GetEventsRequest, V1.ContainerEventResponse> GetContainerEvents =
        Of<V1.GetEventsRequest, V1.ContainerEventResponse>(
            Runtime, nameof(GetContainerEvents), V1.ContainerEventResponse.Parser);

    public static readonly RpcMethod<V1.ListImagesRequest, V1.ListImagesResponse> ListImages =
        Of<V1.ListImagesRequest, V1.ListImagesResponse>(Image, nameof(ListImages), V1.ListImagesResponse.Parser);

    public static readonly RpcMethod<V1.ImageStatusRequest, V1.ImageStatusResponse> ImageStatus =
        Of<V1.ImageStatusRequest, V1.ImageStatusResponse>(Image, nameof(ImageStatus), V1.ImageStatusResponse.Parser);

    public static readonly RpcMethod<V1.PullImageRequest, V1.PullImageResponse> PullImage =
        Of<V1.PullImageRequest, V1.PullImageResponse>(Image, nameof(PullImage), V1.PullImageResponse.Parser);

    public static readonly RpcMethod<V1.RemoveImageRequest, V1.RemoveImageResponse> RemoveImage =
        Of<V1.RemoveImageRequest, V1.RemoveImageResponse>(Image, nameof(RemoveImage), V1.RemoveImageResponse.Parser);

    public static readonly RpcMethod<V1.ImageFsInfoRequest, V1.ImageFsInfoResponse> ImageFsInfo =
        Of<V1.ImageFsInfoRequest, V1.ImageFsInfoResponse>(Image, nameof(ImageFsInfo), V1.ImageFsInfoResponse.Parser);

    private static RpcMethod<TRequest, TResponse> Of<TRequest, TResponse>(
        string service, string name, MessageParser<TResponse> parser)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> => new(service, name, parser);
}
