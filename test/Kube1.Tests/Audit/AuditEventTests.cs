using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Audit;

/// <summary>What is logged of requests over real HTTPS: stages, levels and fields.</summary>
public sealed class AuditEventTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    [Test]
    public async Task Event_OfAGet_HasAllFieldsInUpstreamsOrder()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata}]");
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "/a?x=<1>&y=2");
        request.Headers.Add("Audit-ID", new string('i', 100));
        request.Headers.Add("User-Agent", "kubectl/v1.36.0");
        request.Headers.Add("X-Forwarded-For", "192.0.2.1, nonsense, 2001:db8::1");
        request.Headers.Add("X-Real-Ip", "198.51.100.7");
        using var answer = await cluster.Admin.SendAsync(request);
        Assert.That(answer.Headers.GetValues("Audit-Id"), Is.EqualTo([new string('i', 100)]));

        await cluster.StopAsync("");
        var lines = (await File.ReadAllLinesAsync(cluster.LogPath)).Where(l => l.Contains("?x=")).ToList();

        Assert.That(lines, Has.Count.EqualTo(2));
        var head = """{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"ID","stage":"STAGE","requestURI":"/api/v1/namespaces/default/configmaps/a?x=%3C1%3E\u0026y=2","verb":"get","user":{"username":"admin","groups":["system:masters","system:authenticated"],"extra":EXTRA},"sourceIPs":["192.0.2.1","2001:db8::1","198.51.100.7","127.0.0.1"],"userAgent":"kubectl/v1.36.0","objectRef":{"resource":"configmaps","namespace":"default","name":"a","apiVersion":"v1"},"""
            .Replace("ID\",\"stage", new string('i', 100) + "\",\"stage", StringComparison.Ordinal)
            .Replace("EXTRA", JsonNode.Parse(lines[0])!["user"]!["extra"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.That(lines[0], Is.EqualTo(
            head.Replace("STAGE", "RequestReceived", StringComparison.Ordinal)
            + "\"" + """requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.000000Z"}"""));
        Assert.That(lines[1], Is.EqualTo(
            head.Replace("STAGE", "ResponseComplete", StringComparison.Ordinal)
            + "\"" + """responseStatus":{"metadata":{},"status":"Failure","message":"configmaps \"a\" not found","reason":"NotFound","details":{"name":"a","kind":"configmaps"},"code":404},"""
            + "\"" + """requestReceivedTimestamp":"2026-01-01T00:00:00.000000Z","stageTimestamp":"2026-01-01T00:00:00.000000Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}"""));
    }

    [TestCase("Metadata", false, false)]
    [TestCase("Request", true, false)]
    [TestCase("RequestResponse", true, true)]
    public async Task Level_OfACreate_DecidesOnTheObjects(string level, bool hasRequest, bool hasResponse)
    {
        await using var cluster = await AuditedCluster.StartAsync($"rules: [{{level: {level}}}]");
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("stage")), Is.EqualTo(["RequestReceived", "ResponseComplete"]));
        Assert.That(events[0]["requestObject"] ?? events[0]["responseObject"] ?? events[0]["responseStatus"], Is.Null);
        Assert.That(events[0].Text("objectRef.name"), Is.Empty, "the object was not read yet");
        Assert.That(events[1].Text("objectRef.name"), Is.EqualTo("a"));
        Assert.That(events[1]["responseStatus"]!.ToJsonString(), Is.EqualTo("""{"metadata":{},"code":201}"""));
        Assert.That(events[1].Text("requestObject.data.k"), Is.EqualTo(hasRequest ? "a" : ""));
        Assert.That(events[1].Text("requestObject.metadata.uid"), Is.Empty, "the request's object is as it came");
        Assert.That(events[1].Text("responseObject.metadata.uid"), hasResponse ? Is.Not.Empty : Is.Empty);
        Assert.That(events[1].Text("responseObject.metadata.managedFields.0.operation"), Is.EqualTo(hasResponse ? "Update" : ""));
    }

    [Test]
    public async Task ManagedFields_Omitted_AreInNoObjectListOrTable()
    {
        await using var cluster = await AuditedCluster.StartAsync(
            "omitManagedFields: true\nrules: [{level: RequestResponse, verbs: [get], omitManagedFields: false}, {level: RequestResponse}]");
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));
        var (_, one) = await cluster.Admin.SendAsync("GET", ConfigMaps + "/a");
        await cluster.Admin.SendAsync("PUT", ConfigMaps + "/a", one.ToJsonString());
        await cluster.Admin.SendAsync("GET", ConfigMaps);
        await cluster.Admin.SendAsync("GET", ConfigMaps + "?table", accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        var events = (await cluster.StopAsync(ConfigMaps)).Where(e => e.Text("stage") == "ResponseComplete").ToList();

        var (get, put) = (events.Single(e => e.Text("verb") == "get"), events.Single(e => e.Text("verb") == "update"));
        var lists = events.Where(e => e.Text("verb") == "list").Select(e => e["responseObject"]!.AsObject()).ToList();
        Assert.That(get.ToJsonString(), Does.Contain("managedFields"), "a rule says otherwise");
        Assert.That(put.ToJsonString(), Does.Not.Contain("managedFields"));
        Assert.That(put.Text("objectRef.uid"), Is.EqualTo(one.Text("metadata.uid")));
        Assert.That(put.Text("objectRef.resourceVersion"), Is.EqualTo(one.Text("metadata.resourceVersion")));
        Assert.That(lists.Select(l => l.Text("kind")), Is.EqualTo(["ConfigMapList", "Table"]));
        Assert.That(lists[0].Text("items.0.metadata.name") + lists[1].Text("rows.0.object.metadata.name"), Is.EqualTo("aa"));
        Assert.That(lists.Select(l => l.ToJsonString()), Has.None.Contains("managedFields"));
    }

    [Test]
    public async Task Answers_InOtherForms_AreLoggedAsJson()
    {
        await using var cluster = await AuditedCluster.StartAsync(AuditedCluster.Everything);
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));
        foreach (var accept in new[] { "application/yaml", "application/vnd.kubernetes.protobuf" })
        {
            (await cluster.Admin.SendRawAsync("GET", ConfigMaps + "/a", accept: accept)).Dispose();
            (await cluster.Admin.SendRawAsync("GET", ConfigMaps, accept: accept)).Dispose();
        }

        (await cluster.Admin.SendRawAsync("GET", ConfigMaps + "?pretty=true")).Dispose();

        var events = (await cluster.StopAsync(ConfigMaps)).Where(e => e["responseObject"] is not null && e.Text("verb") != "create");

        Assert.That(
            events.Select(e => e.Text("responseObject.kind")),
            Is.EqualTo(["ConfigMap", "ConfigMapList", "ConfigMap", "ConfigMapList", "ConfigMapList"]));
    }

    [TestCase("application/merge-patch+json", "{ \"data\": {\n\"k\": \"b\"} }", """{"data":{"k":"b"}}""")]
    [TestCase("application/json-patch+json", """[{"op":"test","path":"/data/k","value":"a"}]""", """[{"op":"test","path":"/data/k","value":"a"}]""")]
    [TestCase("application/apply-patch+yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""")]
    [TestCase("application/merge-patch+json", "{", null)]
    [TestCase("application/merge-patch+json", "{} {}", null)]
    [TestCase("application/apply-patch+yaml", ": [", null)]
    public async Task Patch_OfAnyKind_IsTheRequestObjectWhenItIsJson(string type, string patch, string? expected)
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Request}]");
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));
        await cluster.Admin.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=m", patch, type);

        var done = (await cluster.StopAsync(ConfigMaps)).Last();

        Assert.That((done.Text("stage"), done.Text("verb")), Is.EqualTo(("ResponseComplete", "patch")));
        Assert.That(done["requestObject"]?.ToJsonString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task Delete_WithOptions_HasThemAndTheStatus()
    {
        await using var cluster = await AuditedCluster.StartAsync(AuditedCluster.Everything);
        await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));
        await cluster.Admin.SendAsync("DELETE", ConfigMaps + "/a", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""");

        var deleted = (await cluster.StopAsync(ConfigMaps)).Last();

        Assert.That(deleted["requestObject"]!.ToJsonString(), Is.EqualTo("""{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}"""));
        Assert.That(deleted["responseStatus"]!["status"]!.ToString(), Is.EqualTo("Success"));
        Assert.That(deleted["responseStatus"]!["code"]!.GetValue<int>(), Is.EqualTo(200));
        Assert.That(deleted.Text("responseStatus.details.name"), Is.EqualTo("a"));
        Assert.That(deleted.Text("responseObject.kind"), Is.EqualTo("Status"));
    }

    [Test]
    public async Task Subresource_OfAnotherKind_HasItsOwnObject()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Request, resources: [{resources: [\"*/token\"]}]}]");
        await cluster.Secure.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");
        await cluster.Secure.TokenAsync("robot");

        var events = await cluster.StopAsync("serviceaccounts");

        Assert.That(events.Select(e => e.Text("objectRef.subresource")), Is.EqualTo(["token", "token"]));
        Assert.That(events[1].Text("requestObject.kind"), Is.EqualTo("TokenRequest"));
        Assert.That(events[1].Text("objectRef.name"), Is.EqualTo("robot"));
        Assert.That(
            (string?)events[1]["annotations"]!["authentication.kubernetes.io/issued-credential-id"], Does.Match("^JTI=[0-9a-f-]{36}$"));
    }

    [Test]
    public async Task Watch_HasAStartAndNoObjects()
    {
        await using var cluster = await AuditedCluster.StartAsync(AuditedCluster.Everything);
        using (await cluster.Admin.SendRawAsync("GET", ConfigMaps + "?watch=true&timeoutSeconds=60"))
        {
            cluster.Time.Advance(TimeSpan.FromSeconds(61));
        }

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(
            events.Select(e => (e.Text("stage"), e.Text("verb"), e.Text("responseStatus.code"))),
            Is.EqualTo([("RequestReceived", "watch", ""), ("ResponseStarted", "watch", "200"), ("ResponseComplete", "watch", "200")]));
        Assert.That(events[1].Text("stageTimestamp"), Is.EqualTo("2026-01-01T00:00:00.000000Z"));
        Assert.That(events[2].Text("stageTimestamp"), Is.EqualTo("2026-01-01T00:01:00.000000Z").Or.EqualTo("2026-01-01T00:01:01.000000Z"));
        Assert.That(events.Select(e => e["responseObject"]), Has.All.Null);
    }

    [Test]
    public async Task Upgrade_OfAWatch_StartsWith101()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata, omitStages: [RequestReceived]}]");
        using (var socket = new ClientWebSocket { Options = { Proxy = null } })
        {
            var address = new UriBuilder(cluster.Secure.Cluster.Address) { Scheme = "wss", Path = ConfigMaps, Query = "watch=true" };
            await socket.ConnectAsync(address.Uri, cluster.Admin, CancellationToken.None);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(
            events.Select(e => (e.Text("stage"), e.Text("responseStatus.code"))),
            Is.EqualTo([("ResponseStarted", "101"), ("ResponseComplete", "101")]));
    }

    [Test]
    public async Task Failure_ThatNobodyExpected_IsAPanic()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata}]", lastPlugin: new Breaking());
        var (code, _) = await cluster.Admin.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        Assert.That(code, Is.EqualTo(500));

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events.Select(e => e.Text("stage")), Is.EqualTo(["RequestReceived", "Panic"]));
        Assert.That(
            (events[1].Text("responseStatus.message"), events[1].Text("responseStatus.reason"), events[1].Text("responseStatus.code")),
            Is.EqualTo(("APIServer panic'd: it broke", "InternalError", "500")));
    }

    [Test]
    public async Task Client_ThatLeftBeforeTheAnswer_ClosedEarly()
    {
        var waiting = new WaitingPlugin();
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata}]", lastPlugin: waiting);
        using var leaving = new CancellationTokenSource();
        using var body = new StringContent(ApiTestClient.ConfigMap("a"), System.Text.Encoding.UTF8, "application/json");
        var request = cluster.Admin.PostAsync(ConfigMaps, body, leaving.Token);
        await waiting.Arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await leaving.CancelAsync();
        Assert.That(async () => await request, Throws.InstanceOf<OperationCanceledException>());

        var events = await cluster.StopAsync(ConfigMaps);

        Assert.That(events[1].Text("stage"), Is.EqualTo("ResponseComplete"));
        Assert.That(events[1]["responseStatus"]!.ToJsonString(), Is.EqualTo(
            """{"metadata":{},"status":"Success","message":"Connection closed early","code":200}"""));
    }

    [Test]
    public async Task Remarks_OfAdmission_AreAnnotations()
    {
        await using var metadata = await AuditedCluster.StartAsync("rules: [{level: Metadata}]", lastPlugin: new Remarking());
        await using var request = await AuditedCluster.StartAsync("rules: [{level: Request}]", lastPlugin: new Remarking());
        foreach (var cluster in new[] { metadata, request })
        {
            await cluster.Secure.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));
        }

        var (few, all) = ((await metadata.StopAsync(ConfigMaps))[1], (await request.StopAsync(ConfigMaps))[1]);

        Assert.That(few["annotations"]!.ToJsonString(), Is.EqualTo(
            """{"a.example.com/seen":"yes","authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}"""));
        Assert.That(all["annotations"]!["b.example.com/patch"]!.ToString(), Is.EqualTo("{}"));
    }

    [Test]
    public async Task Resource_Deprecated_IsMarked()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata}]");
        await cluster.Admin.SendAsync("GET", "api/v1/namespaces/default/endpoints");

        var done = (await cluster.StopAsync("endpoints"))[1];

        Assert.That((string?)done["annotations"]!["k8s.io/deprecated"], Is.EqualTo("true"));
    }

    [Test]
    public async Task Paths_ByLevel_HaveNoObjectRef()
    {
        await using var cluster = await AuditedCluster.StartAsync(
            "rules: [{level: None, nonResourceURLs: [\"/healthz*\"]}, {level: RequestResponse, nonResourceURLs: [\"/version\", \"/api\"]}]");
        foreach (var path in new[] { "healthz/ping", "version", "api" })
        {
            await cluster.Admin.SendAsync("GET", path);
        }

        var events = await cluster.StopAsync("");

        Assert.That(
            events.Select(e => (e.Text("requestURI"), e.Text("stage"), e.Text("responseObject.kind"))),
            Is.EqualTo([
                ("/version", "RequestReceived", ""), ("/version", "ResponseComplete", ""),
                ("/api", "RequestReceived", ""), ("/api", "ResponseComplete", "APIVersions"),
            ]));
        Assert.That(events.Select(e => e["objectRef"]), Has.All.Null);
    }

    [Test]
    public async Task AuditId_ThatNoHeaderCanHave_IsReplaced()
    {
        await using var cluster = await AuditedCluster.StartAsync("rules: [{level: Metadata}]");
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8,
            SslOptions = { RemoteCertificateValidationCallback = Streaming.LoopbackServers.Trust },
        }) { BaseAddress = cluster.Secure.Cluster.Address };
        request.Headers.TryAddWithoutValidation("Audit-ID", "größe");
        using var answer = await http.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(401));
        var events = await cluster.StopAsync(ConfigMaps);
        Assert.That(events[0].Text("auditID"), Has.Length.EqualTo(36).And.EqualTo(answer.Headers.GetValues("Audit-Id").Single()));
    }

    private sealed class Breaking : IAdmissionPlugin
    {
        public string Name => "Breaking";

        public bool Handles(AdmissionRequest request) => request.Resource.Resource.Resource == "configmaps";

        public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

        public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("it broke");
    }

    private sealed class Remarking : IAdmissionPlugin
    {
        public string Name => "Remarking";

        public bool Handles(AdmissionRequest request) => request.Resource.Resource.Resource == "configmaps";

        public ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken) => default;

        public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
        {
            request.AddAuditAnnotation("a.example.com/seen", "yes");
            request.AddAuditAnnotation("b.example.com/patch", "{}", showsBody: true);
            return default;
        }
    }
}
