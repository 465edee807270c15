using Kube1.Api.Models;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Auth.Rbac;

namespace Kube1.Tests.Auth;

[TestFixture]
public sealed class RbacPolicyTests
{
    [Test]
    public void Decide_RoleBinding_HoldsInItsNamespaceOnlyAndNamesItself()
    {
        var policy = new RbacPolicy();
        policy.SetRole(RbacPolicy.RoleKey("a", "reader"), [Rule("get", "pods")]);
        policy.SetBinding(RbacBinding.Of(Binding("a", "b1", "Role", "reader", "alice")));

        var inside = policy.Decide(Request("alice", "get", "pods", "a"));
        Assert.That(inside.Allowed, Is.True);
        Assert.That(inside.Reason, Is.EqualTo("RBAC: allowed by RoleBinding \"b1/a\" of Role \"reader\" to User \"alice\""));
        Assert.That(policy.Decide(Request("alice", "get", "pods", "b")).Allowed, Is.False);
        Assert.That(policy.Decide(Request("bob", "get", "pods", "a")).Allowed, Is.False);
    }

    [Test]
    public void Decide_BindingToMissingRole_SaysSo()
    {
        var policy = new RbacPolicy();
        policy.SetBinding(RbacBinding.Of(Binding("a", "b1", "ClusterRole", "gone", "alice")));

        Assert.That(
            policy.Decide(Request("alice", "get", "pods", "a")).Reason,
            Is.EqualTo("RBAC: clusterrole.rbac.authorization.k8s.io \"gone\" not found"));
    }

    [Test]
    public void SetBinding_ReplacedAndRemoved_LeavesNothingBehind()
    {
        var policy = new RbacPolicy();
        policy.SetRole(RbacPolicy.RoleKey("a", "reader"), [Rule("get", "pods")]);
        policy.SetBinding(RbacBinding.Of(Binding("a", "b1", "Role", "reader", "alice")));
        policy.SetBinding(RbacBinding.Of(Binding("a", "b1", "Role", "reader", "bob")));

        Assert.That(policy.Decide(Request("alice", "get", "pods", "a")).Allowed, Is.False);
        Assert.That(policy.Decide(Request("bob", "get", "pods", "a")).Allowed, Is.True);

        policy.RemoveBinding("a/b1");
        Assert.That(policy.Decide(Request("bob", "get", "pods", "a")).Allowed, Is.False);
    }

    [Test]
    public void Decide_RandomPolicies_AgreeWithAPlainScan()
    {
        var random = new Random(42);
        string[] users = ["u0", "u1", "u2"], verbs = ["get", "list", "*"], resources = ["pods", "pods/log", "*/log", "*"];
        for (var round = 0; round < 200; round++)
        {
            var policy = new RbacPolicy();
            var roles = Enumerable.Range(0, 4).ToDictionary(i => "r" + i, _ => Rule(Pick(verbs), Pick(resources)));
            foreach (var (name, rule) in roles)
            {
                policy.SetRole(RbacPolicy.ClusterRoleKey(name), [rule]);
            }

            var bindings = new Dictionary<string, V1RoleBinding>();
            for (var step = 0; step < 20; step++)
            {
                var name = "b" + random.Next(6);
                if (random.Next(4) == 0)
                {
                    policy.RemoveBinding("n/" + name);
                    bindings.Remove(name);
                }
                else
                {
                    var binding = Binding("n", name, "ClusterRole", "r" + random.Next(4), Pick(users));
                    policy.SetBinding(RbacBinding.Of(binding));
                    bindings[name] = binding;
                }
            }

            var request = Request(Pick(users), "get", "pods", "n", random.Next(2) == 0 ? "log" : "");
            var expected = bindings.Values.Any(b => b.Subjects![0].Name == request.User.Name
                && new CompiledRule(roles[b.RoleRef.Name]).Allows(request));
            Assert.That(policy.Decide(request).Allowed, Is.EqualTo(expected), $"round {round}");
        }

        string Pick(string[] values) => values[random.Next(values.Length)];
    }

    [TestCase("pods", "", "pods", ExpectedResult = true)]
    [TestCase("pods", "log", "pods", ExpectedResult = false)]
    [TestCase("pods", "log", "pods/log", ExpectedResult = true)]
    [TestCase("deployments", "scale", "*/scale", ExpectedResult = true)]
    [TestCase("deployments", "", "*/scale", ExpectedResult = false)]
    [TestCase("pods", "log", "*", ExpectedResult = true)]
    [TestCase("pods", "log", "ods/log", ExpectedResult = false)]
    public bool Allows_Resources_MatchAsUpstream(string resource, string subresource, string rule) =>
        new CompiledRule(Rule("get", rule)).Allows(Request("x", "get", resource, "n", subresource));

    [Test]
    public void Uncovered_PartOfARule_NamesThatPartOnly()
    {
        var owned = new[] { Rule("get", "pods"), Rule("list", "*") };
        var wanted = new V1PolicyRule { Verbs = ["get", "list"], ApiGroups = [""], Resources = ["pods", "secrets"] };

        var missing = RuleCoverage.Uncovered(owned, [wanted]);

        Assert.That(
            missing.Select(RuleCoverage.Compact),
            Is.EqualTo((string[])["{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}"]));
    }

    private static V1PolicyRule Rule(string verb, string resource) =>
        new() { Verbs = [verb], ApiGroups = [""], Resources = [resource] };

    private static V1RoleBinding Binding(string ns, string name, string kind, string role, string user) => new()
    {
        Metadata = new V1ObjectMeta { Namespace = ns, Name = name },
        RoleRef = new V1RoleRef { Kind = kind, Name = role },
        Subjects = [new Rbacv1Subject { Kind = "User", Name = user }],
    };

    private static AuthorizationAttributes Request(
        string user, string verb, string resource, string ns, string subresource = "") => new()
        {
            User = new UserInfo(user),
            Verb = verb,
            Resource = resource,
            Subresource = subresource,
            Namespace = ns,
            IsResourceRequest = true,
        };
}
