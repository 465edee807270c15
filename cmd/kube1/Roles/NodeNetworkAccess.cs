using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;

namespace Kube1.Cmd.Roles;

/// <summary>
/// What nodes may read for their Service proxy, DNS and routes. Upstream gives that to kube-proxy's and CoreDNS's own
/// users; here the node itself does their work.
/// </summary>
internal static class NodeNetworkAccess
{
    private const string Name = "kube1:node-network";
    private const string RbacGroup = "rbac.authorization.k8s.io";

    private static readonly List<string> Read = ["get", "list", "watch"];

    public static async Task EnsureAsync(KubeClient client, CancellationToken ct)
    {
        var role = new V1ClusterRole
        {
            Metadata = new V1ObjectMeta { Name = Name },
            Rules =
            [
                new V1PolicyRule { ApiGroups = [""], Resources = ["services", "endpoints", "namespaces", "nodes"], Verbs = Read },
                new V1PolicyRule { ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"], Verbs = Read },
                new V1PolicyRule { ApiGroups = ["networking.k8s.io"], Resources = ["networkpolicies"], Verbs = Read },
            ],
        };
        var binding = new V1ClusterRoleBinding
        {
            Metadata = new V1ObjectMeta { Name = Name },
            RoleRef = new V1RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = Name },
            Subjects = [new Rbacv1Subject { Kind = "Group", ApiGroup = RbacGroup, Name = "system:nodes" }],
        };
        await CreateAsync(client.Of<V1ClusterRole>(), role, ct);
        await CreateAsync(client.Of<V1ClusterRoleBinding>(), binding, ct);
    }

    private static async Task CreateAsync<T>(ResourceClient<T> client, T obj, CancellationToken ct)
        where T : class, IKubernetesKind
    {
        if (await client.GetAsync(null, obj.Metadata.Name!, ct) is not null)
        {
            return;
        }

        try
        {
            await client.CreateAsync(obj, ct);
        }
        catch (ApiException e) when (e.Is(StatusReasons.AlreadyExists))
        {
            // Somebody was quicker; the administrator's version counts anyway.
            return;
        }
    }
}
