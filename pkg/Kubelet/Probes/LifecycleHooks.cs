using System.Text;
using Kube1.Api.Models;
using Kube1.Kubelet.Runtime;

namespace Kube1.Kubelet.Probes;

/// <summary>
/// Runs postStart and preStop hooks; the answer is why a hook failed, or null.
/// Source: https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
/// </summary>
internal sealed class LifecycleHooks(IPodRuntime runtime, IProber prober, TimeProvider time)
{
    public async Task<string?> RunAsync(
        V1LifecycleHandler hook, V1Container container, string containerId, string podIP, CancellationToken ct)
    {
        try
        {
            if (hook.Exec is { } exec)
            {
                var result = await runtime.ExecSyncAsync(containerId, exec.Command ?? [], TimeSpan.Zero, ct);
                return result.ExitCode == 0
                    ? null
                    : $"command '{string.Join(' ', exec.Command ?? [])}' exited with {result.ExitCode}: "
                        + Encoding.UTF8.GetString(result.StandardError.Span);
            }

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
        catch (RuntimeException e)
        {
            return e.RpcText;
        }
        catch (HttpRequestException e)
        {
            return (e.InnerException ?? e).Message;
        }
    }
}
