using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Mapping;

namespace Kube1.Runtimes.Cri;

/// <summary>Streams that a client joins, and usage.</summary>
public sealed partial class CriPodRuntime
{
    /// <inheritdoc/>
    public async Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct)
    {
        var message = new V1.ExecRequest
        {
            ContainerId = request.ContainerId,
            Stdin = request.Stdin,
            Stdout = request.Stdout,
            // A terminal has one output: CRI refuses stderr together with it.
            Stderr = request.Stderr && !request.Tty,
            Tty = request.Tty,
        };
        message.Cmd.AddRange(request.Command);
        return ParseUrl((await CallAsync(CriMethods.Exec, message, ct)).Url);
    }

    /// <inheritdoc/>
    public async Task<Uri> AttachAsync(AttachRequest request, CancellationToken ct)
    {
        var message = new V1.AttachRequest
        {
            ContainerId = request.ContainerId,
            Stdin = request.Stdin,
            Stdout = request.Stdout,
            Stderr = request.Stderr && !request.Tty,
            Tty = request.Tty,
        };
        return ParseUrl((await CallAsync(CriMethods.Attach, message, ct)).Url);
    }

    /// <inheritdoc/>
    public async Task<Uri> PortForwardAsync(PortForwardRequest request, CancellationToken ct)
    {
        var message = new V1.PortForwardRequest { PodSandboxId = request.SandboxId };
        message.Port.AddRange(request.Ports);
        return ParseUrl((await CallAsync(CriMethods.PortForward, message, ct)).Url);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerStats>> ListContainerStatsAsync(CancellationToken ct)
    {
        var response = await CallAsync(CriMethods.ListContainerStats, new V1.ListContainerStatsRequest(), ct);
        return [.. response.Stats.Select(StatsMapping.FromProto)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SandboxStats>> ListSandboxStatsAsync(CancellationToken ct)
    {
        try
        {
            // Without any filter containerd 1.6 looks at all sandboxes, and at the first that is not ready it gives up.
            return await ListSandboxStatsAsync(new V1.PodSandboxStatsFilter(), ct);
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unimplemented)
        {
            return [];
        }
        catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unknown)
        {
            // So it does when one ends while it looks. The others have figures all the same.
            var found = new List<SandboxStats>();
            foreach (var sandbox in (await ListSandboxesAsync(ct)).Where(s => s.State == SandboxState.Ready))
            {
                found.AddRange(await TrySandboxStatsAsync(sandbox.Id, ct));
            }

            return found;
        }
    }

    private async Task<IReadOnlyList<SandboxStats>> ListSandboxStatsAsync(
        V1.PodSandboxStatsFilter filter, CancellationToken ct)
    {
        var response = await CallAsync(
            CriMethods.ListPodSandboxStats, new V1.ListPodSandboxStatsRequest { Filter = filter }, ct);
        return [.. response.Stats.Select(StatsMapping.FromProto)];
    }

    private async Task<IReadOnlyList<SandboxStats>> TrySandboxStatsAsync(string id, CancellationToken ct)
    {
        try
        {
            return await ListSandboxStatsAsync(new V1.PodSandboxStatsFilter { Id = id }, ct);
        }
        catch (RuntimeException e) when (e.Code is RuntimeErrorCode.Unknown or RuntimeErrorCode.NotFound)
        {
            LogNoStats(id, e.Message);
            return [];
        }
    }

    private static Uri ParseUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            ? parsed!
            : throw new RuntimeException(
                RuntimeErrorCode.Internal, $"the runtime gave no usable stream URL: \"{url}\"");
}
