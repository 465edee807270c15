using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>Nobody grants what he does not hold: roles, bindings and aggregation over real HTTPS.</summary>
public sealed class EscalationTests
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";
    private const string Roles = Rbac + "clusterroles";
    private const string Bindings = Rbac + "clusterrolebindings";

    private SecureCluster _cluster = null!;

    private HttpClient Alice => _cluster.As("alice", "dev");

    [SetUp]
    public async Task SetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync(Roles, """
            {"metadata":{"name":"author"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["*"],
            "verbs":["get","create","update","patch","delete"]},{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}
            """);
        await BindAsync("author", "author");
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Role_WithMore_ForbiddenAndNamesExactlyWhatIsMissing()
    {
        var (code, status) = await Alice.SendAsync("POST", Roles, """
            {"metadata":{"name":"more"},"rules":[{"apiGroups":["","apps"],"resources":["pods","pods/log"],"verbs":["get","list","watch"]},
            {"nonResourceURLs":["/metrics"],"verbs":["get","post"]},
            {"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"],"verbs":["get"]}]}
            """);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(
            "clusterroles.rbac.authorization.k8s.io \"more\" is forbidden: user \"alice\" (groups=[\"dev\" \"system:authenticated\"]) "
            + "is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"watch\"]}\n"
            + "{APIGroups:[\"\"], Resources:[\"pods/log\"], Verbs:[\"get\" \"list\" \"watch\"]}\n"
            + "{APIGroups:[\"\"], Resources:[\"secrets\"], ResourceNames:[\"a\"], Verbs:[\"get\"]}\n"
            + "{APIGroups:[\"apps\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\" \"watch\"]}\n"
            + "{APIGroups:[\"apps\"], Resources:[\"pods/log\"], Verbs:[\"get\" \"list\" \"watch\"]}\n"
            + "{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}\n"
            + "{NonResourceURLs:[\"/metrics\"], Verbs:[\"post\"]}"));
    }

    [Test]
    public async Task Role_WithPartOfHers_Created()
    {
        var (code, body) = await Alice.SendAsync(
            "POST", Roles, """{"metadata":{"name":"part"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""");

        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
    }

    [Test]
    public async Task Role_LabelsChangedOfOneWithMore_ForbiddenButFinalizersMayGo()
    {
        await _cluster.CreateAsync(Roles, """
            {"metadata":{"name":"strong","finalizers":["example.com/f"]},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}
            """);
        const string merge = "application/merge-patch+json";

        var label = await Alice.SendAsync("PATCH", Roles + "/strong", """{"metadata":{"labels":{"a":"b"}}}""", merge);
        var finalizers = await Alice.SendAsync("PATCH", Roles + "/strong", """{"metadata":{"finalizers":null}}""", merge);

        Assert.That(label.Code, Is.EqualTo(403));
        Assert.That(finalizers.Code, Is.EqualTo(200), finalizers.Body.ToJsonString());
    }

    [Test]
    public async Task Aggregation_WithoutEverything_Forbidden()
    {
        var (code, status) = await Alice.SendAsync("POST", Roles, """
            {"metadata":{"name":"all"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}
            """);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(
            "clusterroles.rbac.authorization.k8s.io \"all\" is forbidden: must have cluster-admin privileges to use an "
            + "aggregationRule: user \"alice\" (groups=[\"dev\" \"system:authenticated\"]) is attempting to grant RBAC permissions "
            + "not currently held:\n{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"));
    }

    [Test]
    public async Task Escalate_Held_MayGrantAnything()
    {
        await _cluster.CreateAsync(Roles, """
            {"metadata":{"name":"escalator"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],
            "verbs":["escalate"]}]}
            """);
        await BindAsync("escalator", "escalator");

        var (code, body) = await Alice.SendAsync(
            "POST", Roles, """{"metadata":{"name":"any"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""");

        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
    }

    [Test]
    public async Task Binding_ToMore_ForbiddenUnlessBindIsHeldOnIt()
    {
        const string binding = """
            {"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"system:monitoring"},
            "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"alice"}]}
            """;
        var before = await Alice.SendAsync("POST", Bindings, binding);
        await _cluster.CreateAsync(Roles, """
            {"metadata":{"name":"binder"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],
            "resourceNames":["system:monitoring"],"verbs":["bind"]}]}
            """);
        await BindAsync("binder", "binder");
        var after = await Alice.SendAsync("POST", Bindings, binding);
        var other = await Alice.SendAsync(
            "POST", Bindings, binding.Replace("system:monitoring", "cluster-admin").Replace("\"b\"", "\"c\""));

        Assert.That(before.Code, Is.EqualTo(403));
        Assert.That(before.Body.Text("message"), Does.Contain("is attempting to grant RBAC permissions not currently held:\n"));
        Assert.That(after.Code, Is.EqualTo(201), after.Body.ToJsonString());
        Assert.That(other.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Binding_ToAMissingRole_NotFoundForWhoMayNotBind()
    {
        var (code, status) = await Alice.SendAsync("POST", Bindings, """
            {"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"gone"}}
            """);

        Assert.That(code, Is.EqualTo(404));
        Assert.That(status.Text("message"), Is.EqualTo("clusterrole.rbac.authorization.k8s.io \"gone\" not found"));
    }

    private Task BindAsync(string name, string role) => _cluster.CreateAsync(Bindings, """
        {"metadata":{"name":"NAME"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"ROLE"},
        "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"alice"}]}
        """.Replace("NAME", name).Replace("ROLE", role));
}
