using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Selectors;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers.ClusterRoleAggregation;

/// <summary>
/// Keeps the rules of every cluster role with an aggregationRule equal to the rules of the cluster roles that it selects.
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
/// </summary>
public sealed class ClusterRoleAggregationController : IController
{
    private readonly KubeClient _client;
    private readonly Informer<V1ClusterRole> _roles;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly ControllerLoop<ObjectKey> _loop;

    /// <summary>Any change of a cluster role may change any aggregate: there are few, so all are looked at.</summary>
    public ClusterRoleAggregationController(ControllerContext context)
    {
        _client = context.ClientFor(Name);
        _queue = new WorkQueue<ObjectKey>(context.Time);
        _loop = new ControllerLoop<ObjectKey>(
            Name, _queue, SyncAsync, 1, context.Time, context.Loggers.CreateLogger<ClusterRoleAggregationController>());
        _roles = context.Informers.Of<V1ClusterRole>();
        _roles.AddHandler(_ => EnqueueAggregates(), (_, _) => EnqueueAggregates(), _ => EnqueueAggregates());
    }

    /// <inheritdoc/>
    public string Name => "clusterrole-aggregation-controller";

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken ct)
    {
        await _roles.WaitForSyncAsync(ct).ConfigureAwait(false);
        EnqueueAggregates();
        await _loop.RunAsync(ct).ConfigureAwait(false);
    }

    private void EnqueueAggregates()
    {
        if (!_roles.HasSynced)
        {
            return;
        }

        foreach (var role in _roles.List())
        {
            if (role.AggregationRule is not null)
            {
                _queue.Add(ObjectKey.Of(role));
            }
        }
    }

    private async Task<SyncResult> SyncAsync(ObjectKey key, CancellationToken ct)
    {
        if (_roles.Get(null, key.Name) is not { AggregationRule: not null } role)
        {
            return SyncResult.Done;
        }

        var wanted = new JsonArray([.. Gather(role).Select(r => (JsonNode)KubeJson.ToJson(r))]);
        if (JsonNode.DeepEquals(wanted, Json(role.Rules)))
        {
            return SyncResult.Done;
        }

        var changed = KubeJson.Clone(role);
        changed.Rules = Gather(role);
        await _client.Of<V1ClusterRole>().UpdateAsync(changed, ct).ConfigureAwait(false);
        return SyncResult.Done;
    }

    private List<V1PolicyRule> Gather(V1ClusterRole role)
    {
        var rules = new List<V1PolicyRule>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var selector in role.AggregationRule!.ClusterRoleSelectors ?? [])
        {
            var labels = LabelSelector.From(selector);
            foreach (var other in _roles.List().OrderBy(r => r.Metadata.Name, StringComparer.Ordinal))
            {
                if (other.Metadata.Name != role.Metadata.Name && labels.Matches(other.Metadata.Labels))
                {
                    rules.AddRange((other.Rules ?? []).Where(r => seen.Add(KubeJson.ToJson(r).ToJsonString())));
                }
            }
        }

        return rules;
    }

    private static JsonArray Json(List<V1PolicyRule>? rules) =>
        new([.. (rules ?? []).Select(r => (JsonNode)KubeJson.ToJson(r))]);
}
