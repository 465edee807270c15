using System.Diagnostics;
using System.Security.Cryptography;
using Kube1.Api.Models;
using Kube1.ApiServer;
using Kube1.ApiServer.Auth;
using Kube1.Client;
using Kube1.Testing;

namespace Kube1.Benchmarks.Authorization;

/// <summary>
/// What one decision costs on a server with ten thousand bindings, and with a thousand nodes of fifty pods each; and what a
/// change of one binding costs the next decision.
/// </summary>
internal static class AuthorizationBenchmark
{
    private const int Bindings = 10_000;
    private const int Namespaces = 500;
    private const int Nodes = 1_000;
    private const int PodsPerNode = 50;
    private const int Decisions = 200_000;
    private const int Writers = 64;

    public static async Task RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ApiServerSecurity? security = null;
        await using var cluster = await TestCluster.StartAsync(
            new TestClusterOptions
            {
                Time = TimeProvider.System,
                Security = (store, time) =>
                {
                    // Admission would cost more than what is measured; the authorizer reads the store alone.
                    security = SecurityComposition.Create(
                        new SecurityOptions { ClientCas = [], ServiceAccountKey = key }, store, time) with { Admission = [] };
                    return security;
                },
            }, cancellationToken);
        await output.WriteLineAsync($"authorization, {Bindings} bindings, {Nodes} nodes with {PodsPerNode} pods each");
        await FillAsync(cluster.Client, cancellationToken);
        var authorizer = security!.Authorizer;
        var started = Stopwatch.GetTimestamp();
        authorizer.Authorize(User(0, "get", "pods"));
        await output.WriteLineAsync($"  RBAC compiled at once    {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
        started = Stopwatch.GetTimestamp();
        authorizer.Authorize(Node(0, "secrets", "secret-0-0"));
        await output.WriteLineAsync($"  graph of nodes at once   {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");

        await MeasureAsync(output, "RBAC, allowed", authorizer, true, i => User(i, "get", "pods"));
        await MeasureAsync(output, "RBAC, denied", authorizer, false, i => User(i, "delete", "secrets"));
        await MeasureAsync(output, "RBAC, controller manager", authorizer, true, _ => Manager());
        await MeasureAsync(
            output, "node, own secret", authorizer, true, i => Node(i % Nodes, "secrets", $"secret-{i % Nodes}-{i % PodsPerNode}"));
        await MeasureAsync(
            output, "node, another's secret", authorizer, false,
            i => Node(i % Nodes, "secrets", $"secret-{(i + 1) % Nodes}-{i % PodsPerNode}"));
        await MeasureAsync(output, "node, pods by selector", authorizer, true, i => NodePods(i % Nodes));
        await MeasureChangesAsync(output, cluster.Client, authorizer, cancellationToken);
    }

    private static async Task MeasureAsync(
        TextWriter output, string name, IAuthorizer authorizer, bool expected, Func<int, AuthorizationAttributes> make)
    {
        var questions = Enumerable.Range(0, 1024).Select(make).ToArray();
        Ask(20_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Ask(Decisions);
        var microseconds = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Decisions;
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Decisions;
        await output.WriteLineAsync($"  {name,-24} {microseconds:F2} µs, {bytes:F0} bytes");

        void Ask(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (authorizer.Authorize(questions[i % questions.Length]).Allowed != expected)
                {
                    throw new InvalidOperationException($"{name}: question {i % questions.Length} was not answered with {expected}");
                }
            }
        }
    }

    /// <summary>A new binding, then the decision that it changes.</summary>
    private static async Task MeasureChangesAsync(
        TextWriter output, KubeClient client, IAuthorizer authorizer, CancellationToken cancellationToken)
    {
        const int changes = 200;
        var timings = new Timings();
        for (var i = 0; i < changes; i++)
        {
            await client.Of<V1RoleBinding>().CreateAsync(Binding("late-" + i, "late", i), cancellationToken);
            var question = User(i, "get", "pods") with { User = new UserInfo("late-user") };
            var started = Stopwatch.GetTimestamp();
            var decision = authorizer.Authorize(question with { Namespace = NamespaceOf(i) });
            timings.Add(started);
            if (decision.Allowed)
            {
                throw new InvalidOperationException("late-user has no binding");
            }
        }

        await output.WriteLineAsync($"  first after a change     {timings}");
    }

    private static async Task FillAsync(KubeClient client, CancellationToken cancellationToken)
    {
        await client.Of<V1ClusterRole>().CreateAsync(
            new V1ClusterRole
            {
                Metadata = { Name = "reader" },
                Rules = [new V1PolicyRule { ApiGroups = [""], Resources = ["pods", "services"], Verbs = ["get", "list", "watch"] }],
            }, cancellationToken);
        await ForAllAsync(Namespaces, i => client.Of<V1Namespace>().CreateAsync(
            new V1Namespace { Metadata = { Name = NamespaceOf(i) } }, cancellationToken));
        await ForAllAsync(Bindings, i => client.Of<V1RoleBinding>().CreateAsync(
            Binding("b-" + i, "user-" + i, i), cancellationToken));
        await ForAllAsync(Nodes * PodsPerNode, i => client.Of<V1Pod>().CreateAsync(Pod(i), cancellationToken));
    }

    private static Task ForAllAsync(int count, Func<int, Task> act) => Task.WhenAll(Enumerable.Range(0, Writers).Select(
        async writer =>
        {
            for (var i = writer; i < count; i += Writers)
            {
                await act(i);
            }
        }));

    private static string NamespaceOf(int i) => $"ns-{i % Namespaces}";

    private static V1RoleBinding Binding(string name, string user, int i) => new()
    {
        Metadata = { Name = name, Namespace = NamespaceOf(i) },
        RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "reader" },
        Subjects =
        [
            new Rbacv1Subject { Kind = "User", ApiGroup = "rbac.authorization.k8s.io", Name = user },
            new Rbacv1Subject { Kind = "Group", ApiGroup = "rbac.authorization.k8s.io", Name = $"team-{i % 100}" },
        ],
    };

    private static V1Pod Pod(int i)
    {
        var (node, pod) = (i / PodsPerNode, i % PodsPerNode);
        return new V1Pod
        {
            Metadata = { Name = $"pod-{node}-{pod}", Namespace = NamespaceOf(node) },
            Spec = new V1PodSpec
            {
                NodeName = $"node-{node}",
                ServiceAccountName = "default",
                Containers = [new V1Container { Name = "c", Image = "i" }],
                Volumes =
                [
                    new V1Volume { Name = "s", Secret = new V1SecretVolumeSource { SecretName = $"secret-{node}-{pod}" } },
                    new V1Volume { Name = "c", ConfigMap = new V1ConfigMapVolumeSource { Name = "kube-root-ca.crt" } },
                ],
            },
        };
    }

    private static AuthorizationAttributes User(int i, string verb, string resource) => new()
    {
        User = new UserInfo("user-" + i) { Groups = [$"team-{i % 100}", UserInfo.AuthenticatedGroup] },
        Verb = verb,
        ApiVersion = "v1",
        Resource = resource,
        Namespace = NamespaceOf(i),
        Name = "x",
        IsResourceRequest = true,
    };

    private static AuthorizationAttributes Manager() => new()
    {
        User = new UserInfo("system:kube-controller-manager") { Groups = [UserInfo.AuthenticatedGroup] },
        Verb = "update",
        ApiGroup = "apps",
        ApiVersion = "v1",
        Resource = "statefulsets",
        Subresource = "status",
        Namespace = "ns-1",
        Name = "x",
        IsResourceRequest = true,
    };

    private static AuthorizationAttributes Node(int node, string resource, string name) => new()
    {
        User = new UserInfo("system:node:node-" + node) { Groups = ["system:nodes", UserInfo.AuthenticatedGroup] },
        Verb = "get",
        ApiVersion = "v1",
        Resource = resource,
        Namespace = NamespaceOf(node),
        Name = name,
        IsResourceRequest = true,
    };

    private static AuthorizationAttributes NodePods(int node) => Node(node, "pods", "") with
    {
        Verb = "list", Namespace = "", FieldSelector = "spec.nodeName=node-" + node,
    };
}
