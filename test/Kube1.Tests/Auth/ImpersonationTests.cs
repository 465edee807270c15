using System.Text.Json.Nodes;
using Kube1.ApiServer.Auth;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Auth;

/// <summary>Acting as somebody else over real HTTPS: the old way, which one verb opens, and the constrained ways.</summary>
public sealed class ImpersonationTests
{
    private const string WhoAmI = "apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await SecureCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Everything_AsAdministrator_IsTheOther()
    {
        var (code, user) = await RawRequest.SendAsync(
            _cluster.Cluster, "POST", WhoAmI, "{}", _cluster.CertificateOf("admin", UserInfo.MastersGroup),
            "Impersonate-User: bob", "Impersonate-User: second", "Impersonate-Uid: u-1", "Impersonate-Uid: u-2",
            "Impersonate-Group: dev", "impersonate-group: ops", "Impersonate-Extra-Acme.com%2fProject: some",
            "impersonate-extra-scopes: a", "Impersonate-Extra-Scopes: b", "Impersonate-Extra-Bad%zz: c");

        // Of what can be only once the first counts, as in Go; a key that is malformed stays as it is.
        Assert.That(code, Is.EqualTo(201), user.ToJsonString());
        Assert.That(user["status"]!["userInfo"]!.ToJsonString(), Is.EqualTo(
            """{"username":"bob","uid":"u-1","groups":["dev","ops","system:authenticated"],"extra":{"acme.com/project":["some"],"scopes":["a","b"],"bad%zz":["c"]}}"""));
    }

    [TestCase("bob", null, """["system:authenticated"]""")]
    [TestCase("bob", "system:unauthenticated", """["system:unauthenticated"]""")]
    [TestCase("bob", "system:masters", """["system:masters","system:authenticated"]""")]
    [TestCase("system:anonymous", null, """["system:unauthenticated"]""")]
    [TestCase("system:serviceaccount:a:b", null, """["system:serviceaccounts","system:serviceaccounts:a","system:authenticated"]""")]
    [TestCase("system:serviceaccount:a:b", "dev", """["dev","system:authenticated"]""")]
    [TestCase("system:serviceaccount:a", null, """["system:authenticated"]""")]
    [TestCase("system:serviceaccount:A:b", null, """["system:authenticated"]""")]
    [TestCase("system:node:n1", null, """["system:nodes","system:authenticated"]""")]
    public async Task Groups_ByUser_AreCompleted(string user, string? group, string expected)
    {
        (string, string)[] headers = group is null
            ? [("Impersonate-User", user)]
            : [("Impersonate-User", user), ("Impersonate-Group", group)];

        // Who is not authenticated may not even ask who he is: that alone shows that the group is missing.
        var (_, self) = await AsAsync(_cluster.Admin, headers);

        Assert.That(
            self["status"] is JsonObject status ? status["userInfo"]!["groups"]!.ToJsonString() : self.Text("message"),
            Is.EqualTo(expected).Or.Contains($"User \"{user}\" cannot create resource"));
    }

    [TestCase("Impersonate-Group", "dev",
        "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"dev\"}, Extra:map[string][]string(nil)} without impersonating a user name")]
    [TestCase("Impersonate-Uid", "7",
        "requested &user.DefaultInfo{Name:\"\", UID:\"7\", Groups:[]string(nil), Extra:map[string][]string(nil)} without impersonating a user name")]
    [TestCase("Impersonate-Extra-A", "b",
        "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string(nil), Extra:map[string][]string{\"a\":[]string{\"b\"}}} without impersonating a user name")]
    public async Task Headers_WithoutAUser_BadRequest(string header, string value, string message)
    {
        var (code, status) = await AsAsync(_cluster.Admin, (header, value));

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("reason"), Is.EqualTo("BadRequest"));
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [Test]
    public async Task OldWay_EachPart_IsAuthorizedOnItsOwn()
    {
        await AllowAsync("alice", """{"verbs":["impersonate"],"apiGroups":[""],"resources":["users"],"resourceNames":["bob"]}""");
        var alice = _cluster.As("alice");

        var plain = await AsAsync(alice, ("Impersonate-User", "bob"));
        var other = await AsAsync(alice, ("Impersonate-User", "carol"));
        var group = await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Group", "dev"));
        var uid = await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Uid", "7"));
        var extra = await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Extra-Scopes", "a"));
        var account = await AsAsync(alice, ("Impersonate-User", "system:serviceaccount:a:b"));

        Assert.That(plain.Body.Text("status.userInfo.username"), Is.EqualTo("bob"));
        Assert.That(
            new[] { other, group, uid, extra, account }.Select(a => a.Code), Is.All.EqualTo(403));

        await AllowAsync(
            "alice", """
            {"verbs":["impersonate"],"apiGroups":["authentication.k8s.io"],"resources":["userextras/scopes"],"resourceNames":["a"]}
            """);
        Assert.That((await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Extra-Scopes", "a"))).Code, Is.EqualTo(201));
        Assert.That((await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Extra-Scopes", "b"))).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task UserInfoMode_VerbAndUser_BothMustBeAllowed()
    {
        const string on = """
            {"verbs":["impersonate-on:user-info:create"],"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"]}
            """;
        var alice = _cluster.As("alice");
        var nothing = await AsAsync(alice, ("Impersonate-User", "bob"));
        await AllowAsync("alice", on);
        var half = await AsAsync(alice, ("Impersonate-User", "bob"));
        await AllowAsync(
            "alice",
            """{"verbs":["impersonate:user-info"],"apiGroups":["authentication.k8s.io"],"resources":["users","groups"]}""");
        var both = await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Group", "dev"));
        var masters = await AsAsync(alice, ("Impersonate-User", "bob"), ("Impersonate-Group", UserInfo.MastersGroup));
        var otherVerb = await alice.SendAsync("GET", "api/v1/namespaces/default/pods");

        Assert.That(nothing.Body.Text("message"), Is.EqualTo(
            "selfsubjectreviews.authentication.k8s.io is forbidden: User \"alice\" cannot impersonate-on:user-info:create "
            + "resource \"selfsubjectreviews\" in API group \"authentication.k8s.io\" at the cluster scope"));
        Assert.That(half.Body.Text("message"), Is.EqualTo(
            "users.authentication.k8s.io \"bob\" is forbidden: User \"alice\" cannot impersonate:user-info resource \"users\" "
            + "in API group \"authentication.k8s.io\" at the cluster scope"));
        Assert.That(both.Code, Is.EqualTo(201), both.Body.ToJsonString());
        Assert.That(masters.Body.Text("message"), Is.EqualTo(
            "groups.authentication.k8s.io \"system:masters\" is forbidden: User \"alice\" cannot impersonate:user-info resource "
            + "\"groups\" in API group \"authentication.k8s.io\" at the cluster scope: impersonating the system:masters group is "
            + "not allowed"));
        Assert.That(otherVerb.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task NodeModes_UserInfoRights_AreNotEnough()
    {
        await AllowAsync("alice", """
            {"verbs":["impersonate-on:user-info:create","impersonate-on:arbitrary-node:create"],"apiGroups":["*"],"resources":["*"]}
            """);
        await AllowAsync("alice", """{"verbs":["impersonate:user-info"],"apiGroups":["*"],"resources":["*"]}""");
        var refused = await AsAsync(_cluster.As("alice"), ("Impersonate-User", "system:node:n1"));
        await AllowAsync(
            "alice", """{"verbs":["impersonate:arbitrary-node"],"apiGroups":["authentication.k8s.io"],"resources":["nodes"]}""");

        Assert.That(refused.Body.Text("message"), Is.EqualTo(
            "nodes.authentication.k8s.io \"n1\" is forbidden: User \"alice\" cannot impersonate:arbitrary-node resource "
            + "\"nodes\" in API group \"authentication.k8s.io\" at the cluster scope"));
        Assert.That((await AsAsync(_cluster.As("alice"), ("Impersonate-User", "system:node:n1"))).Code, Is.EqualTo(201));
    }

    [TestCase("scopes", "x",
        "impersonating an invalid key in extra is not allowed: extra.key: Invalid value: \"scopes\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [TestCase("acme.io%2fscopes", "", "impersonating the empty string value in extra is not allowed")]
    public async Task Extra_ThatConstrainedModesRefuse_SaysWhy(string key, string value, string why)
    {
        await AllowAsync("alice", """
            {"verbs":["impersonate-on:user-info:create","impersonate:user-info"],"apiGroups":["*"],"resources":["*"]}
            """);

        var (code, status) = await AsAsync(
            _cluster.As("alice"), ("Impersonate-User", "bob"), ("Impersonate-Extra-" + key, value));

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(
            "userextras.authentication.k8s.io is forbidden: User \"alice\" cannot impersonate:user-info resource \"userextras\" "
            + "in API group \"authentication.k8s.io\" at the cluster scope: " + why));
    }

    [Test]
    public async Task Anonymous_OnAPublicPath_MayNotImpersonate()
    {
        var http = _cluster.WithToken(null);
        http.DefaultRequestHeaders.Add("Impersonate-User", "admin");

        var (code, status) = await http.SendAsync("GET", "version");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo(
            "forbidden: User \"system:anonymous\" cannot impersonate-on:user-info:get path \"/version\""));
    }

    private async Task AllowAsync(string user, string rule)
    {
        var name = "r" + Guid.NewGuid().ToString("N");
        await _cluster.CreateAsync(
            Rbac + "clusterroles", "{\"metadata\":{\"name\":\"" + name + "\"},\"rules\":[" + rule + "]}");
        await _cluster.CreateAsync(Rbac + "clusterrolebindings", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = name },
            ["subjects"] = new JsonArray(new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user,
            }),
        }.ToJsonString());
    }

    private static async Task<(int Code, JsonObject Body)> AsAsync(
        HttpClient http, params (string Header, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, WhoAmI);
        request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        foreach (var (header, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
