using System.Text;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.Kubelet.Containers;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Probes;

/// <summary>
/// Runs postStart and preStop hooks; the answer is why a hook failed, or null. Events do not show it, for a hook's output
/// may hold secrets; a waiting container's message does, as upstream.
/// Source: https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
/// </summary>
internal sealed class LifecycleHooks(IPodRuntime runtime, IProber prober, TimeProvider time)
{
    public async Task<string?> RunAsync(
        V1LifecycleHandler hook, V1Pod pod, V1Container container, string containerId, string podIP, CancellationToken ct)
    {
        var where = $"for Container \"{container.Name}\" in Pod \"{PodKeys.Describe(pod)}\" failed - error: ";
        if (hook.Exec is { } exec)
        {
            var (error, output) = await ExecAsync(exec.Command ?? [], containerId, ct);
            return error is null
                ? null
                : $"Exec lifecycle hook ([{string.Join(' ', exec.Command ?? [])}]) {where}{error}, message: {GoText.Quote(output)}";
        }

        try
        {
            if (hook.HttpGet is { } http)
            {
                await prober.HttpHookAsync(http, container, podIP, ct);
            }
            else if (hook.Sleep is { } sleep)
            {
                await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, ct);
            }

            return null;
        }
        catch (HttpRequestException e)
        {
            return $"HTTP lifecycle hook ({hook.HttpGet!.Path}) {where}{(e.InnerException ?? e).Message}";
        }
    }

    private async Task<(string? Error, string Output)> ExecAsync(List<string> command, string containerId, CancellationToken ct)
    {
        try
        {
            var result = await runtime.ExecSyncAsync(containerId, command, TimeSpan.Zero, ct);
            var errors = Encoding.UTF8.GetString(result.StandardError.Span);
            return result.ExitCode == 0
                ? (null, "")
                : ($"command '{string.Join(' ', command)}' exited with {result.ExitCode}: {errors}",
                    Encoding.UTF8.GetString(result.StandardOutput.Span) + errors);
        }
        catch (RuntimeException e)
        {
            return (e.RpcText, "");
        }
    }
}
