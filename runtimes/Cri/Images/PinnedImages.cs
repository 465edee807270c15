using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// The names of pinned images as containerd's own store labels them: CRI of containerd 1.6 does not report pinning.
/// </summary>
internal sealed class PinnedImages(GrpcChannel channel)
{
    public const string Label = "io.cri-containerd.pinned";
    public const string Value = "pinned";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private bool _unsupported;

    public async Task<IReadOnlySet<string>> NamesAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _unsupported))
        {
            return new HashSet<string>();
        }

        try
        {
            var request = new Containerd.Images.ListImagesRequest();
            request.Filters.Add($"labels.\"{Label}\"=={Value}");
            var call = RpcCall.Within(Deadline) with { Metadata = [ContainerdMethods.Namespace] };
            var response = await channel.UnaryAsync(ContainerdMethods.ListImages, request, call, ct)
                .ConfigureAwait(false);
            return response.Images.Select(i => i.Name).ToHashSet();
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unimplemented)
        {
            Volatile.Write(ref _unsupported, true); // not containerd: CRI's own flag is all there is
            return new HashSet<string>();
        }
    }
}
