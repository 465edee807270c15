using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ClusterAuthentications;

/// <summary>
/// Keeps the ConfigMap kube-system/extension-apiserver-authentication, where aggregated API servers learn whom to believe.
/// It is the API server's own, so it is written as the API server.
/// https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
/// </summary>
public sealed class ClusterAuthenticationController : IController
{
    /// <summary>The ConfigMap's name; the role extension-apiserver-authentication-reader may read it.</summary>
    public const string ConfigMapName = "extension-apiserver-authentication";

    private const string Namespace = "kube-system";

    private static readonly ObjectKey Key = new(Namespace, ConfigMapName);

    private readonly ResourceClient<V1ConfigMap> _client;
    private readonly Informer<V1ConfigMap> _configMaps;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;
    private readonly ClusterAuthentication _own;
    private readonly TimeProvider _time;

    /// <summary>Keeps <paramref name="own"/> in the ConfigMap.</summary>
    public ClusterAuthenticationController(ControllerContext context, ClusterAuthentication own)
    {
        _client = context.ApiServer.Of<V1ConfigMap>();
        _own = own;
        _time = context.Time;
        _queue = new WorkQueue<ObjectKey>(context.Time);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<ClusterAuthenticationController>());
        _configMaps = context.Informers.Of<V1ConfigMap>(Namespace, null, "metadata.name=" + ConfigMapName);
        _configMaps.AddHandler(_ => _queue.Add(Key), (_, _) => _queue.Add(Key), _ => _queue.Add(Key));
        _queue.Add(Key);
    }

    /// <inheritdoc/>
    public string Name => "cluster-authentication-trust";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        await _configMaps.WaitForSyncAsync(ct).ConfigureAwait(false);
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        var present = _configMaps.Get(Namespace, ConfigMapName);
        var wanted = ClusterAuthenticationData.Merge(present?.Data, _own, _time.GetUtcNow());
        if (present is null)
        {
            await CreateAsync(wanted, ct).ConfigureAwait(false);
        }
        else if (present.Data?.Count != wanted.Count || wanted.Any(p => present.Data.GetValueOrDefault(p.Key) != p.Value))
        {
            var changed = KubeJson.Clone(present);
            changed.Data = wanted;
            await _client.UpdateAsync(changed, ct).ConfigureAwait(false);
        }

        return SyncResult.Done;
    }

    private async Task CreateAsync(Dictionary<string, string> data, CancellationToken ct)
    {
        try
        {
            await _client.CreateAsync(
                new V1ConfigMap { Metadata = { Name = ConfigMapName, Namespace = Namespace }, Data = data }, ct)
                .ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists))
        {
            // Another server was quicker; the cache will tell.
            return;
        }
    }
}
