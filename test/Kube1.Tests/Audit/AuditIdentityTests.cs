using Kube1.ApiServer.Auth;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Audit;

/// <summary>Who made a request, as whom, and why he might: what events say of authentication and authorization.</summary>
public sealed class AuditIdentityTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1/";

    [Test]
    public async Task Credentials_ThatAreBad_MakeOneEventWithoutUser()
    {
        await using var cluster = await AuditedCluster.StartAsync(
            "rules: [{level: None, userGroups: [\"system:unauthenticated\"]}, {level: Metadata}]");
        var (code, _) = await cluster.Secure.WithToken("nonsense").SendAsync("GET", ConfigMaps);
        Assert.That(code, Is.EqualTo(401));

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("stage")), Is.EqualTo(["ResponseStarted"]));
        Assert.That(events[0]["user"]!.ToJsonString(), Is.EqualTo("{}"));
        Assert.That(events[0]["responseStatus"]!.ToJsonString(), Is.EqualTo(
            """{"metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"""));
        Assert.That(events[0]["annotations"], Is.Null);
    }

    [Test]
    public async Task Authorization_Refused_IsAnAnnotation()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [jane]}]");
        await cluster.Secure.As("jane").SendAsync("GET", ConfigMaps);
        await cluster.Secure.As("joe").SendAsync("GET", ConfigMaps);

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("user.username")), Is.EqualTo(["jane", "jane"]));
        Assert.That(events[0]["annotations"], Is.Null);
        Assert.That(events[1]["annotations"]!.ToJsonString(), Is.EqualTo(
            """{"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""}"""));
        Assert.That(events[1].Text("responseStatus.code"), Is.EqualTo("403"));
    }

    [Test]
    public async Task Fairness_Refuses_BeforeAnybodyDecides()
    {
        const string flow = "apis/flowcontrol.apiserver.k8s.io/v1/";
        var waiting = new WaitingPlugin();
        await using var cluster = await AuditedCluster.StartAsync(
            "rules: [{level: Metadata, users: [jane], verbs: [list]}]", lastPlugin: waiting);
        await cluster.Secure.CreateAsync(
            Rbac + "clusterrolebindings",
            """{"metadata":{"name":"jane"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"User","name":"jane"}]}""");
        await cluster.Secure.CreateAsync(
            flow + "prioritylevelconfigurations",
            """{"metadata":{"name":"never"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":0,"lendablePercent":0,"borrowingLimitPercent":0,"limitResponse":{"type":"Reject"}}}}""");
        await cluster.Secure.CreateAsync(
            flow + "flowschemas",
            """{"metadata":{"name":"never"},"spec":{"matchingPrecedence":2,"priorityLevelConfiguration":{"name":"never"},"rules":[{"subjects":[{"kind":"User","user":{"name":"jane"}}],"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"namespaces":["*"],"clusterScope":true}]}]}}""");
        // A level without seats serves one request at a time; the second is one too many.
        using var leaving = new CancellationTokenSource();
        using var body = new StringContent(ApiTestClient.ConfigMap("a"), System.Text.Encoding.UTF8, "application/json");
        var jane = cluster.Secure.As("jane");
        var first = jane.PostAsync(ConfigMaps, body, leaving.Token);
        await waiting.Arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var (code, _) = await jane.SendAsync("GET", ConfigMaps);
        await leaving.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(code, Is.EqualTo(429));

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(
            events.Select(e => (e.Text("stage"), e.Text("responseStatus.code"))),
            Is.EqualTo([("RequestReceived", ""), ("ResponseComplete", "429")]));
        Assert.That(events[1]["annotations"], Is.Null);
    }

    [Test]
    public async Task Authorization_ByRole_SaysWhich()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [jane]}]");
        await cluster.Secure.CreateAsync(
            Rbac + "clusterrolebindings",
            """{"metadata":{"name":"jane"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"jane"}]}""");
        await cluster.Secure.As("jane").SendAsync("GET", ConfigMaps);

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(
            (string?)events[1]["annotations"]!["authorization.k8s.io/reason"],
            Is.EqualTo("RBAC: allowed by ClusterRoleBinding \"jane\" of ClusterRole \"view\" to User \"jane\""));
    }

    [Test]
    public async Task Impersonation_Allowed_NamesBoth()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [admin]}]");
        await RawRequest.SendAsync(
            cluster.Secure.Cluster, "GET", ConfigMaps, "", cluster.Secure.CertificateOf("admin", "system:masters"),
            "Impersonate-User: bob", "Impersonate-Uid: u1", "Impersonate-Group: dev", "Impersonate-Extra-Scopes: a");

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("user.username")), Is.EqualTo(["admin", "admin"]), "the policy looks at who really asks");
        Assert.That(events[0]["impersonatedUser"], Is.Null);
        Assert.That(events[1]["impersonatedUser"]!.ToJsonString(), Is.EqualTo(
            """{"username":"bob","uid":"u1","groups":["dev","system:authenticated"],"extra":{"scopes":["a"]}}"""));
        Assert.That(events[1].Text("responseStatus.code"), Is.EqualTo("403"));
    }

    [Test]
    public async Task Impersonation_Constrained_SaysTheVerb()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [jane]}]");
        await cluster.Secure.CreateAsync(
            Rbac + "clusterroles",
            """{"metadata":{"name":"as"},"rules":[{"apiGroups":["authentication.k8s.io"],"resources":["users"],"verbs":["impersonate:user-info"]},{"apiGroups":[""],"resources":["configmaps"],"verbs":["impersonate-on:user-info:list"]}]}""");
        await cluster.Secure.CreateAsync(
            Rbac + "clusterrolebindings",
            """{"metadata":{"name":"as"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"as"},"subjects":[{"kind":"User","name":"jane"}]}""");
        await RawRequest.SendAsync(
            cluster.Secure.Cluster, "GET", ConfigMaps, "", cluster.Secure.CertificateOf("jane"), "Impersonate-User: bob");

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events[1].Text("authenticationMetadata.impersonationConstraint"), Is.EqualTo("impersonate:user-info"));
    }

    [Test]
    public async Task Impersonation_Refused_IsLogged()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [jane]}]");
        var (code, _) = await RawRequest.SendAsync(
            cluster.Secure.Cluster, "GET", ConfigMaps, "", cluster.Secure.CertificateOf("jane"), "Impersonate-User: bob");
        Assert.That(code, Is.EqualTo(403));

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("responseStatus.code")), Is.EqualTo(["", "403"]));
        Assert.That(events[1]["impersonatedUser"], Is.Null);
    }

    [Test]
    public async Task Token_UsedForTooLong_IsMarked()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, userGroups: [\"system:serviceaccounts\"]}]");
        await cluster.Secure.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        await cluster.Secure.CreateAsync(
            "api/v1/namespaces/default/pods",
            """{"metadata":{"name":"p"},"spec":{"serviceAccountName":"robot","containers":[{"name":"c","image":"i"}]}}""");
        var (_, made) = await cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/serviceaccounts/robot/token",
            """{"spec":{"expirationSeconds":3607,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}""");
        var http = cluster.Secure.WithToken(made.Text("status.token"));
        await http.SendAsync("GET", "api?fresh");
        cluster.Time.Advance(TimeSpan.FromSeconds(3607 + 42));
        await http.SendAsync("GET", "api?stale");

        var events = (await cluster.StopAsync("api?")).Where(e => e.Text("stage") == "ResponseComplete").ToList();

        Assert.That(events.Select(e => (string?)e["annotations"]!["authentication.k8s.io/stale-token"]), Is.EqualTo(
            new[] { null, "subject: system:serviceaccount:default:robot, seconds after warning threshold: 42" }));
    }

    [Test]
    public async Task Requests_FromInside_AreLoggedAsTheirUsers()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, users: [\"system:kube-scheduler\"]}]");
        var scheduler = new UserInfo("system:kube-scheduler") { Groups = ["system:authenticated"] };
        await cluster.Secure.Cluster.HttpFor(scheduler).SendAsync("GET", "api/v1/nodes");

        var events = await cluster.StopAsync("nodes");

        Assert.That(
            events.Select(e => (e.Text("stage"), e.Text("user.username"), e.Text("sourceIPs.0"))),
            Is.EqualTo([("RequestReceived", "system:kube-scheduler", "127.0.0.1"), ("ResponseComplete", "system:kube-scheduler", "127.0.0.1")]));
    }
}
