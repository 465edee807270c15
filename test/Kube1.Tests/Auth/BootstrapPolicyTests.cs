using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Rbac;

namespace Kube1.Tests.Auth;

[TestFixture]
public sealed class BootstrapPolicyTests
{
    private static readonly RbacPolicy Policy = Compile();

    [TestCase("u:system:kube-scheduler", "create", "", "pods/binding", "default", ExpectedResult = true)]
    [TestCase("u:system:kube-scheduler", "create", "", "pods", "default", ExpectedResult = false)]
    [TestCase("u:system:kube-scheduler", "update", "coordination.k8s.io", "leases", "kube-system", "kube-scheduler",
        ExpectedResult = true)]
    [TestCase("u:system:kube-scheduler", "update", "coordination.k8s.io", "leases", "kube-system", "other",
        ExpectedResult = false)]
    [TestCase("u:system:kube-controller-manager", "create", "", "pods", "default", ExpectedResult = true)]
    [TestCase("u:system:kube-controller-manager", "update", "apps", "deployments/status", "default", ExpectedResult = true)]
    [TestCase("u:system:kube-controller-manager", "create", "", "nodes", "", ExpectedResult = false)]
    [TestCase("u:system:kube-proxy", "watch", "discovery.k8s.io", "endpointslices", "", ExpectedResult = true)]
    [TestCase("u:system:kube-proxy", "list", "", "secrets", "default", ExpectedResult = false)]
    [TestCase("u:system:serviceaccount:kube-system:replicaset-controller", "create", "", "pods", "x", ExpectedResult = true)]
    [TestCase("u:system:serviceaccount:kube-system:replicaset-controller", "create", "", "nodes", "", ExpectedResult = false)]
    [TestCase("u:system:serviceaccount:kube-system:horizontal-pod-autoscaler", "update", "apps", "deployments/scale", "x",
        ExpectedResult = true)]
    [TestCase("g:system:nodes", "get", "", "pods", "x", ExpectedResult = false)]
    [TestCase("g:system:bootstrappers:kube1:default-node-token", "create", "certificates.k8s.io",
        "certificatesigningrequests", "", ExpectedResult = true)]
    [TestCase("g:system:bootstrappers:kube1:default-node-token", "get", "", "secrets", "x", ExpectedResult = false)]
    [TestCase("g:system:authenticated", "create", "authorization.k8s.io", "selfsubjectaccessreviews", "",
        ExpectedResult = true)]
    [TestCase("g:system:authenticated", "get", "", "pods", "x", ExpectedResult = false)]
    [TestCase("g:system:masters", "delete", "whatever", "things", "x", ExpectedResult = true)]
    public bool Decide_BootstrapRoles_AllowWhatUpstreamAllows(
        string who, string verb, string group, string resource, string ns, string name = "")
    {
        var parts = resource.Split('/');
        return Policy.Decide(new AuthorizationAttributes
        {
            User = who[0] == 'u' ? new UserInfo(who[2..]) : new UserInfo("someone") { Groups = [who[2..]] },
            Verb = verb,
            ApiGroup = group,
            Resource = parts[0],
            Subresource = parts.Length > 1 ? parts[1] : "",
            Namespace = ns,
            Name = name,
            IsResourceRequest = true,
        }).Allowed;
    }

    [TestCase("system:unauthenticated", "/version", ExpectedResult = true)]
    [TestCase("system:unauthenticated", "/healthz", ExpectedResult = true)]
    [TestCase("system:unauthenticated", "/api", ExpectedResult = false)]
    [TestCase("system:authenticated", "/apis/apps/v1", ExpectedResult = true)]
    [TestCase("system:authenticated", "/metrics", ExpectedResult = false)]
    [TestCase("system:serviceaccounts", "/openid/v1/jwks", ExpectedResult = true)]
    public bool Decide_Paths_AllowWhatUpstreamAllows(string group, string path) => Policy.Decide(
        new AuthorizationAttributes { User = new UserInfo("someone") { Groups = [group] }, Verb = "get", Path = path }).Allowed;

    [Test]
    public void Load_AggregatedAdmin_GathersEditAndView()
    {
        var admin = AggregatedClusterRoles.RulesOf("admin", BootstrapPolicy.Load().ClusterRoles);
        var view = AggregatedClusterRoles.RulesOf("view", BootstrapPolicy.Load().ClusterRoles);

        Assert.That(RuleCoverage.Uncovered(admin, view), Is.Empty);
        Assert.That(admin.Any(r => r.Resources?.Contains("rolebindings") == true), Is.True);
        Assert.That(view.Any(r => r.Resources?.Contains("secrets") == true), Is.False);
    }

    [Test]
    public void Load_Names_AreUniqueAndEveryBindingHasItsRole()
    {
        var policy = BootstrapPolicy.Load();

        Assert.That(policy.ClusterRoles.Select(r => r.Metadata.Name), Is.Unique);
        Assert.That(policy.ClusterRoleBindings.Select(r => r.Metadata.Name), Is.Unique);
        Assert.That(
            policy.ClusterRoleBindings.Select(b => b.RoleRef.Name),
            Is.SubsetOf(policy.ClusterRoles.Select(r => r.Metadata.Name)));
        Assert.That(
            policy.RoleBindings.Select(b => (b.Metadata.Namespace, b.RoleRef.Name)),
            Is.SubsetOf(policy.Roles.Select(r => (r.Metadata.Namespace, r.Metadata.Name))));
    }

    internal static RbacPolicy Compile()
    {
        var source = BootstrapPolicy.Load();
        var policy = new RbacPolicy();
        foreach (var role in source.ClusterRoles)
        {
            policy.SetRole(RbacPolicy.ClusterRoleKey(role.Metadata.Name!), role.Rules);
        }

        foreach (var role in source.Roles)
        {
            policy.SetRole(RbacPolicy.RoleKey(role.Metadata.Namespace!, role.Metadata.Name!), role.Rules);
        }

        foreach (var binding in source.ClusterRoleBindings)
        {
            policy.SetBinding(RbacBinding.Of(binding));
        }

        foreach (var binding in source.RoleBindings)
        {
            policy.SetBinding(RbacBinding.Of(binding));
        }

        return policy;
    }
}
