using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cluster.Join;

namespace Kube1.Cmd.Roles;

/// <summary>Writes the settings that agents take from the server, and lets nodes read them.</summary>
internal static class SharedSettingsPublisher
{
    private const string RoleName = "kube1:cluster-settings";
    private const string RbacGroup = "rbac.authorization.k8s.io";

    /// <summary>The server's flags win over what an earlier start has published.</summary>
    public static async Task EnsureAsync(KubeClient client, SharedSettings settings, CancellationToken ct)
    {
        var maps = client.Of<V1ConfigMap>();
        var wanted = settings.ToConfigMap();
        if (await maps.GetAsync(SharedSettings.Namespace, SharedSettings.Name, ct) is { } present)
        {
            if (!Same(present.Data, wanted.Data!))
            {
                present.Data = wanted.Data;
                await maps.UpdateAsync(present, ct);
            }
        }
        else
        {
            await maps.CreateAsync(wanted, ct);
        }

        await EnsureReadableAsync(client, ct);
    }

    private static bool Same(Dictionary<string, string>? a, Dictionary<string, string> b) =>
        a?.Count == b.Count && b.All(p => a.GetValueOrDefault(p.Key) == p.Value);

    private static async Task EnsureReadableAsync(KubeClient client, CancellationToken ct)
    {
        var role = new V1Role
        {
            Metadata = new V1ObjectMeta { Name = RoleName, Namespace = SharedSettings.Namespace },
            Rules =
            [
                new V1PolicyRule
                {
                    ApiGroups = [""],
                    Resources = ["configmaps"],
                    ResourceNames = [SharedSettings.Name],
                    Verbs = ["get", "list", "watch"],
                },
            ],
        };
        var binding = new V1RoleBinding
        {
            Metadata = new V1ObjectMeta { Name = RoleName, Namespace = SharedSettings.Namespace },
            RoleRef = new V1RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = RoleName },
            Subjects = [new Rbacv1Subject { Kind = "Group", ApiGroup = RbacGroup, Name = "system:nodes" }],
        };
        await CreateAsync(client.Of<V1Role>(), role, ct);
        await CreateAsync(client.Of<V1RoleBinding>(), binding, ct);
    }

    private static async Task CreateAsync<T>(ResourceClient<T> client, T obj, CancellationToken ct)
        where T : class, IKubernetesKind
    {
        if (await client.GetAsync(obj.Metadata.Namespace, obj.Metadata.Name!, ct) is not null)
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
