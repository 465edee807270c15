using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Auth.Rbac;

/// <summary>
/// Makes the bootstrap roles and bindings exist at start. Like upstream it only adds: missing objects, missing rules,
/// missing subjects; what an administrator has added stays, and the annotation autoupdate=false keeps it away. A start
/// that finds everything in place writes nothing.
/// </summary>
internal sealed class BootstrapReconciler(IObjectRegistry objects, BootstrapPolicy policy)
{
    /// <summary>Creates and completes all bootstrap objects and the namespaces that they live in.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // All at once: the store commits what waits together, so a cold start costs a few disk writes and not a hundred.
        var work = new List<Task>();
        work.AddRange(new[] { "kube-system", "kube-public", "kube-node-lease", "default" }.Select(
            name => EnsureNamespaceAsync(name, cancellationToken)));
        work.Add(EnsurePriorityClassAsync(
            "system-node-critical", 2_000_001_000,
            "Used for system critical pods that must not be moved from their current node.", cancellationToken));
        work.Add(EnsurePriorityClassAsync(
            "system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
            cancellationToken));
        work.AddRange(policy.ClusterRoles.Select(r => EnsureRoleAsync(r, r.Rules, r.AggregationRule is not null, cancellationToken)));
        work.AddRange(policy.Roles.Select(r => EnsureRoleAsync(r, r.Rules, false, cancellationToken)));
        work.AddRange(policy.ClusterRoleBindings.Select(
            b => EnsureBindingAsync(b, b.Subjects, b.RoleRef, cancellationToken)));
        work.AddRange(policy.RoleBindings.Select(b => EnsureBindingAsync(b, b.Subjects, b.RoleRef, cancellationToken)));
        await Task.WhenAll(work).ConfigureAwait(false);
    }

    private async Task EnsureNamespaceAsync(string name, CancellationToken cancellationToken)
    {
        if (objects.Get<V1Namespace>(null, name) is null)
        {
            var ns = new V1Namespace
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["kubernetes.io/metadata.name"] = name },
                },
                Spec = new V1NamespaceSpec { Finalizers = ["kubernetes"] },
                Status = new V1NamespaceStatus { Phase = "Active" },
            };
            await CreateAsync(ns, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EnsurePriorityClassAsync(
        string name, int value, string description, CancellationToken cancellationToken)
    {
        if (objects.Get<V1PriorityClass>(null, name) is null)
        {
            var priority = new V1PriorityClass
            {
                Metadata = new V1ObjectMeta { Name = name, Generation = 1 },
                Value = value,
                Description = description,
                PreemptionPolicy = "PreemptLowerPriority",
            };
            await CreateAsync(priority, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EnsureRoleAsync<T>(
        T wanted, List<V1PolicyRule>? rules, bool aggregated, CancellationToken cancellationToken)
        where T : class, IKubernetesKind
    {
        var resource = ResourceCatalog.Find(T.GroupVersionKind)!;
        if (objects.Find(resource, wanted.Metadata.Namespace, wanted.Metadata.Name!) is not { } stored)
        {
            var created = KubeJson.ToJson(wanted);
            if (aggregated)
            {
                created["rules"] = AggregatedRules(wanted.Metadata.Name!, policy.ClusterRoles);
            }

            await CreateAsync(resource, created, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!IsOurs(stored))
        {
            return;
        }

        var owned = Rules(stored);
        var missing = aggregated ? [] : RuleCoverage.Uncovered(owned, rules ?? []);
        if (missing.Count == 0 && HasLabels(stored, wanted.Metadata))
        {
            return;
        }

        await objects.UpdateAsync(
            resource, wanted.Metadata.Namespace, wanted.Metadata.Name!,
            role => Complete(role, wanted.Metadata, aggregated ? [] : RuleCoverage.Uncovered(Rules(role), rules ?? [])),
            cancellationToken).ConfigureAwait(false);
    }

    private static bool Complete(JsonObject role, V1ObjectMeta metadata, List<V1PolicyRule> missing)
    {
        AddLabels(role, metadata);
        if (missing.Count > 0)
        {
            if (role["rules"] is not JsonArray list)
            {
                role["rules"] = list = [];
            }

            foreach (var rule in RuleCoverage.Compacted(missing))
            {
                list.Add((JsonNode)KubeJson.ToJson(rule));
            }
        }

        return true;
    }

    private async Task EnsureBindingAsync<T>(
        T wanted, List<Rbacv1Subject>? subjects, V1RoleRef role, CancellationToken cancellationToken)
        where T : class, IKubernetesKind
    {
        var resource = ResourceCatalog.Find(T.GroupVersionKind)!;
        if (objects.Find(resource, wanted.Metadata.Namespace, wanted.Metadata.Name!) is not { } stored)
        {
            await CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
            return;
        }

        // A binding to another role is the administrator's decision: roleRef cannot be changed, and deleting is not ours.
        if (!IsOurs(stored) || (string?)stored["roleRef"]?["name"] != role.Name)
        {
            return;
        }

        if (MissingSubjects(stored, subjects).Count == 0 && HasLabels(stored, wanted.Metadata))
        {
            return;
        }

        await objects.UpdateAsync(
            resource, wanted.Metadata.Namespace, wanted.Metadata.Name!,
            binding =>
            {
                AddLabels(binding, wanted.Metadata);
                foreach (var subject in MissingSubjects(binding, subjects))
                {
                    if (binding["subjects"] is not JsonArray list)
                    {
                        binding["subjects"] = list = [];
                    }

                    list.Add((JsonNode)KubeJson.ToJson(subject));
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static List<Rbacv1Subject> MissingSubjects(JsonObject binding, List<Rbacv1Subject>? wanted)
    {
        var present = (binding["subjects"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(s => ((string?)s["kind"], (string?)s["namespace"] ?? "", (string?)s["name"])).ToHashSet();
        return [.. (wanted ?? []).Where(s => !present.Contains((s.Kind, s.Namespace ?? "", s.Name)))];
    }

    /// <summary>
    /// A fresh admin, edit or view already carries what it aggregates, so that nobody waits for the controller.
    /// </summary>
    private static JsonArray AggregatedRules(string name, IReadOnlyList<V1ClusterRole> roles) =>
        [.. AggregatedClusterRoles.RulesOf(name, roles).Select(r => (JsonNode)KubeJson.ToJson(r))];

    private static List<V1PolicyRule> Rules(JsonObject role) =>
        [.. (role["rules"] as JsonArray ?? []).Select(r => KubeJson.Deserialize<V1PolicyRule>(r!))];

    private static bool IsOurs(JsonObject stored) =>
        (string?)stored["metadata"]?["annotations"]?[BootstrapPolicy.AutoUpdateAnnotation] != "false";

    private static bool HasLabels(JsonObject stored, V1ObjectMeta wanted) =>
        wanted.Labels!.All(l => (string?)stored["metadata"]?["labels"]?[l.Key] == l.Value);

    private static void AddLabels(JsonObject stored, V1ObjectMeta wanted)
    {
        var metadata = stored["metadata"]!.AsObject();
        if (metadata["labels"] is not JsonObject labels)
        {
            metadata["labels"] = labels = [];
        }

        foreach (var (key, value) in wanted.Labels!)
        {
            labels[key] = value;
        }
    }

    private Task CreateAsync<T>(T obj, CancellationToken cancellationToken) where T : class, IKubernetesKind =>
        CreateAsync(ResourceCatalog.Find(T.GroupVersionKind)!, KubeJson.ToJson(obj), cancellationToken);

    /// <summary>Another server of the cluster may be first: that is as good.</summary>
    private async Task CreateAsync(ResourceDescriptor resource, JsonObject obj, CancellationToken cancellationToken) =>
        await objects.TryCreateAsync(resource, obj, cancellationToken).ConfigureAwait(false);
}
