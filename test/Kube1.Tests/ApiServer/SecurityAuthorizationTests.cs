namespace Kube1.Tests.ApiServer;

/// <summary>RBAC over a live store, the reviews that ask it, and what holds nodes to their own.</summary>
public sealed class SecurityAuthorizationTests
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Secrets = "api/v1/namespaces/default/secrets";
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";

    private const string ReaderRole = """
        {"metadata":{"name":"reader"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}
        """;

    private const string ReaderBinding = """
        {"metadata":{"name":"reader"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"reader"},
        "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}
        """;

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await SecureCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Refusal_OfStrangeNames_IsQuotedAndNoHtml()
    {
        using var response = await _cluster.As("<b>\"x\"&y</b>").SendRawAsync("GET", "api/v1/namespaces/default/pods");
        var body = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

        Assert.That((int)response.StatusCode, Is.EqualTo(403));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(["nosniff"]));
        Assert.That(body.Text("message"), Is.EqualTo(
            "pods is forbidden: User \"&lt;b&gt;\\\"x\\\"&amp;y&lt;/b&gt;\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""));
    }

    [Test]
    public async Task Role_CreatedAndDeleted_CountsAtOnce()
    {
        var alice = _cluster.As("alice");
        var before = await alice.SendAsync("GET", Pods);
        await _cluster.CreateAsync(Rbac + "namespaces/default/roles", ReaderRole);
        await _cluster.CreateAsync(Rbac + "namespaces/default/rolebindings", ReaderBinding);
        var during = await alice.SendAsync("GET", Pods);
        var elsewhere = await alice.SendAsync("GET", "api/v1/namespaces/kube-system/pods");
        var write = await alice.SendAsync("POST", Pods, """{"metadata":{"name":"p"}}""");
        await _cluster.Admin.SendAsync("DELETE", Rbac + "namespaces/default/rolebindings/reader");
        var after = await alice.SendAsync("GET", Pods);

        Assert.That(before.Code, Is.EqualTo(403));
        Assert.That(before.Body.Text("message"), Is.EqualTo(
            "pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""));
        Assert.That(before.Body.Text("details.kind"), Is.EqualTo("pods"));
        Assert.That(during.Code, Is.EqualTo(200), during.Body.ToJsonString());
        Assert.That(elsewhere.Code, Is.EqualTo(403));
        Assert.That(write.Code, Is.EqualTo(403));
        Assert.That(after.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task NonResourcePath_WithoutPermission_ForbiddenInUpstreamsWords()
    {
        var (code, status) = await _cluster.As("alice").SendAsync("GET", "metrics");

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("message"), Is.EqualTo("forbidden: User \"alice\" cannot get path \"/metrics\""));
    }

    [Test]
    public async Task Authenticated_Discovery_Allowed()
    {
        var alice = _cluster.As("alice");

        Assert.That((await alice.SendAsync("GET", "apis")).Code, Is.EqualTo(200));
        Assert.That((await alice.SendAsync("GET", "openapi/v3")).Code, Is.EqualTo(200));
        Assert.That((await alice.SendAsync("GET", "version")).Code, Is.EqualTo(200));
    }

    [TestCase("list", "true")]
    [TestCase("delete", "false")]
    public async Task SubjectAccessReview_Verb_AnswersAsRequestsWould(string verb, string expected)
    {
        await _cluster.CreateAsync(Rbac + "namespaces/default/roles", ReaderRole);
        await _cluster.CreateAsync(Rbac + "namespaces/default/rolebindings", ReaderBinding);
        var attributes = """{"namespace":"default","resource":"pods","verb":"VERB"}""".Replace("VERB", verb);

        var (code, review) = await _cluster.Admin.SendAsync(
            "POST", "apis/authorization.k8s.io/v1/subjectaccessreviews",
            "{\"spec\":{\"user\":\"alice\",\"resourceAttributes\":" + attributes + "}}");
        var (selfCode, self) = await _cluster.As("alice").SendAsync(
            "POST", "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{\"spec\":{\"resourceAttributes\":" + attributes + "}}");

        Assert.That(code, Is.EqualTo(201), review.ToJsonString());
        Assert.That(review.Text("status.allowed"), Is.EqualTo(expected));
        Assert.That(selfCode, Is.EqualTo(201), self.ToJsonString());
        Assert.That(self.Text("status.allowed"), Is.EqualTo(expected));
    }

    [Test]
    public async Task SubjectAccessReview_ByStranger_Forbidden()
    {
        var (code, _) = await _cluster.As("alice").SendAsync(
            "POST", "apis/authorization.k8s.io/v1/subjectaccessreviews",
            """{"spec":{"user":"bob","nonResourceAttributes":{"path":"/","verb":"get"}}}""");

        Assert.That(code, Is.EqualTo(403));
    }

    [Test]
    public async Task RoleWithMoreThanItsAuthorHas_Escalation_Forbidden()
    {
        await _cluster.CreateAsync(Rbac + "namespaces/default/roles", """
            {"metadata":{"name":"author"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],
            "verbs":["create"]}]}
            """);
        await _cluster.CreateAsync(Rbac + "namespaces/default/rolebindings", ReaderBinding.Replace(
            "\"kind\":\"Role\",\"name\":\"reader\"", "\"kind\":\"Role\",\"name\":\"author\""));

        var (code, status) = await _cluster.As("alice").SendAsync("POST", Rbac + "namespaces/default/roles", ReaderRole);

        Assert.That(code, Is.EqualTo(403), status.ToJsonString());
        Assert.That(status.Text("message"), Does.Contain("is attempting to grant RBAC permissions not currently held"));
    }

    [Test]
    public async Task Node_Secret_ReadableWhileAPodOfItsNamesIt()
    {
        await MakeNodesAndPodAsync();
        await _cluster.CreateAsync(Secrets, """{"metadata":{"name":"mine"}}""");
        await _cluster.CreateAsync(Secrets, """{"metadata":{"name":"other"}}""");
        var node = Node("n1");
        var unbound = await node.SendAsync("GET", Secrets + "/mine");
        await BindAsync("p", "n1");
        var bound = await node.SendAsync("GET", Secrets + "/mine");
        var other = await node.SendAsync("GET", Secrets + "/other");
        var list = await node.SendAsync("GET", Secrets);
        var wrongNode = await Node("n2").SendAsync("GET", Secrets + "/mine");
        await _cluster.Admin.SendAsync("DELETE", Pods + "/p?gracePeriodSeconds=0");
        var after = await node.SendAsync("GET", Secrets + "/mine");

        Assert.That(unbound.Code, Is.EqualTo(403));
        Assert.That(bound.Code, Is.EqualTo(200), bound.Body.ToJsonString());
        Assert.That(other.Code, Is.EqualTo(403));
        Assert.That(other.Body.Text("message"), Does.Contain("no relationship found between node 'n1' and this object"));
        Assert.That(list.Code, Is.EqualTo(403));
        Assert.That(wrongNode.Code, Is.EqualTo(403));
        Assert.That(after.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Node_Pods_OnlyItsOwn()
    {
        await MakeNodesAndPodAsync();
        await BindAsync("p", "n1");

        Assert.That((await Node("n1").SendAsync("GET", "api/v1/pods?fieldSelector=spec.nodeName%3Dn1")).Code, Is.EqualTo(200));
        Assert.That((await Node("n1").SendAsync("GET", "api/v1/pods")).Code, Is.EqualTo(403));
        Assert.That((await Node("n2").SendAsync("GET", Pods + "/p")).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task NodeRestriction_Writes_OnlyItsOwn()
    {
        await MakeNodesAndPodAsync();
        await BindAsync("p", "n1");
        const string status = """{"status":{"phase":"Running"}}""";
        const string merge = "application/strategic-merge-patch+json";
        const string label = """{"metadata":{"labels":{"a":"b"}}}""";

        var own = await Node("n1").SendAsync("PATCH", Pods + "/p/status", status, merge);
        var others = await Node("n2").SendAsync("PATCH", Pods + "/p/status", status, merge);
        var ownNode = await Node("n1").SendAsync("PATCH", "api/v1/nodes/n1", label, merge);
        var otherNode = await Node("n2").SendAsync("PATCH", "api/v1/nodes/n1", label, merge);
        var restricted = await Node("n1").SendAsync(
            "PATCH", "api/v1/nodes/n1", """{"metadata":{"labels":{"node-restriction.kubernetes.io/x":"y"}}}""", merge);

        Assert.That(own.Code, Is.EqualTo(200), own.Body.ToJsonString());
        Assert.That(others.Code, Is.EqualTo(403));
        Assert.That(ownNode.Code, Is.EqualTo(200), ownNode.Body.ToJsonString());
        Assert.That(otherNode.Code, Is.EqualTo(403));
        Assert.That(otherNode.Body.Text("message"), Does.Contain("is not allowed to modify node"));
        Assert.That(restricted.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Node_Token_OnlyForItsPods()
    {
        await MakeNodesAndPodAsync();
        const string request = """
            {"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"UID"}}}
            """;
        const string path = "api/v1/namespaces/default/serviceaccounts/robot/token";
        var (_, pod) = await _cluster.Admin.SendAsync("GET", Pods + "/p");
        var body = request.Replace("UID", pod.Text("metadata.uid"));
        var before = await Node("n1").SendAsync("POST", path, body);
        await BindAsync("p", "n1");

        var own = await Node("n1").SendAsync("POST", path, body);
        var other = await Node("n2").SendAsync("POST", path, body);

        Assert.That(before.Code, Is.EqualTo(403));
        Assert.That(own.Code, Is.EqualTo(201), own.Body.ToJsonString());
        Assert.That(other.Code, Is.EqualTo(403));
    }

    private HttpClient Node(string name) => _cluster.As("system:node:" + name, "system:nodes");

    private async Task MakeNodesAndPodAsync()
    {
        await _cluster.CreateAsync("api/v1/nodes", """{"metadata":{"name":"n1"}}""");
        await _cluster.CreateAsync("api/v1/nodes", """{"metadata":{"name":"n2"}}""");
        await _cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        await _cluster.CreateAsync(Pods, """
            {"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","automountServiceAccountToken":false,
            "containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","secret":{"secretName":"mine"}},
            {"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}}
            """);
    }

    private Task BindAsync(string pod, string node) => _cluster.CreateAsync(
        $"{Pods}/{pod}/binding", "{\"metadata\":{\"name\":\"" + pod + "\"},\"target\":{\"kind\":\"Node\",\"name\":\"" + node + "\"}}");
}
