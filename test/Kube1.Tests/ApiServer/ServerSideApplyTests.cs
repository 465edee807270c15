using System.Text.Json.Nodes;
using static Kube1.Tests.ApiServer.ManagedFieldsTests;

namespace Kube1.Tests.ApiServer;

/// <summary>PATCH with application/apply-patch+yaml, inside the process and through the HTTPS port.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ServerSideApplyTests(bool isHttps) : ApplyFixture(isHttps)
{
    private const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    private const string MergePatch = "application/merge-patch+json";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    [Test]
    public async Task Apply_NewObjectInYaml_IsCreated()
    {
        var (code, created) = await ApplyAsync("a", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: \"1\"\n", "one");

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("data.k"), Is.EqualTo("1"));
        Assert.That(Owners(created), Is.EqualTo(new[]
        {
            """{"manager":"one","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}}}""",
        }));
    }

    [Test]
    public async Task Apply_Again_WritesNothing()
    {
        var (_, created) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one");
        Cluster.Time.Advance(TimeSpan.FromSeconds(9));

        var (code, applied) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(applied.ToJsonString(), Is.EqualTo(created.ToJsonString()));
    }

    [Test]
    public async Task Apply_SameValueInAnotherForm_WritesNothing()
    {
        const string quota = "api/v1/namespaces/default/resourcequotas/q";
        const string config = """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"cpu":"0.5"}}}""";
        var (_, created) = await Http.SendAsync("PATCH", quota + "?fieldManager=one", config, Apply);
        Cluster.Time.Advance(TimeSpan.FromSeconds(9));

        var (code, applied) = await Http.SendAsync("PATCH", quota + "?fieldManager=one", config, Apply);

        Assert.That(created.Text("spec.hard.cpu"), Is.EqualTo("500m"));
        Assert.That(code, Is.EqualTo(200));
        Assert.That(applied.ToJsonString(), Is.EqualTo(created.ToJsonString()));
    }

    [Test]
    public async Task Apply_FieldNoLongerApplied_IsRemoved()
    {
        await ApplyAsync("a", Map("a", """{"k":"1","l":"2"}"""), "one");

        var (_, applied) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one");

        Assert.That(applied["data"]!.ToJsonString(), Is.EqualTo("""{"k":"1"}"""));
    }

    [Test]
    public async Task Apply_FieldNoLongerAppliedButOwnedByOther_Stays()
    {
        await ApplyAsync("a", Map("a", """{"k":"1","l":"2"}"""), "one");
        await ApplyAsync("a", Map("a", """{"l":"2"}"""), "two");

        var (_, applied) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one");

        Assert.That(applied["data"]!.ToJsonString(), Is.EqualTo("""{"k":"1","l":"2"}"""));
        Assert.That(Managers(applied), Is.EqualTo("two/Apply/, one/Apply/").Or.EqualTo("one/Apply/, two/Apply/"));
    }

    [Test]
    public async Task Apply_OtherValueThanUpdaters_Conflicts()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=kubectl-create", Deployment("web"));

        var (code, status) = await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=gitops", Replicas(3), Apply);

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.ToJsonString(), Is.EqualTo(
            """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Apply failed with 1 conflict: conflict with \u0022kubectl-create\u0022 using apps/v1: .spec.replicas","reason":"Conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \u0022kubectl-create\u0022 using apps/v1","field":".spec.replicas"}]},"code":409}"""));
    }

    [Test]
    public async Task Apply_SeveralConflicts_AreListedByManager()
    {
        await ApplyAsync("a", Map("a", """{"k":"1","l":"1"}"""), "two");
        await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=one", """{"data":{"m":"1"}}""", MergePatch);

        var (code, status) = await ApplyAsync("a", Map("a", """{"k":"9","l":"9","m":"9"}"""), "three");

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Apply failed with 3 conflicts: conflicts with \"one\" using v1:\n- .data.m\nconflicts with \"two\":\n- .data.k\n- .data.l"));
    }

    [Test]
    public async Task Apply_Forced_TakesTheFieldsOver()
    {
        await ApplyAsync("a", Map("a", """{"k":"1","l":"1"}"""), "one");

        var (code, applied) = await ApplyAsync("a", Map("a", """{"k":"2"}"""), "two&force=true");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(applied["data"]!.ToJsonString(), Is.EqualTo("""{"k":"2","l":"1"}"""));
        Assert.That(
            applied["metadata"]!["managedFields"]!.AsArray().Select(e => $"{e!["manager"]} {e["fieldsV1"]!.ToJsonString()}"),
            Is.EqualTo(new[] { """one {"f:data":{"f:l":{}}}""", """two {"f:data":{"f:k":{}}}""" }));
    }

    [Test]
    public async Task Apply_SameValueAsOther_BothOwnIt()
    {
        await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one");

        var (code, applied) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "two");

        Assert.That(code, Is.EqualTo(200));
        Assert.That(Managers(applied), Is.EqualTo("two/Apply/, one/Apply/"), "who changed nothing has no time");
    }

    [Test]
    public async Task Apply_ValueOfAnUpdater_SharesItUntilTheUpdaterChangesIt()
    {
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=one", """{"metadata":{"name":"a"},"data":{"k":"1"}}""");
        await ApplyAsync("a", Map("a", """{"k":"1"}"""), "two");

        var (_, updated) = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=one", """{"data":{"k":"2"}}""", MergePatch);

        Assert.That(Managers(updated), Is.EqualTo("one/Update/"));
    }

    [Test]
    public async Task Apply_DefaultedFields_AreNotOwned()
    {
        var (_, applied) = await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=one", Deployment("web"), Apply);
        await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=two", """{"spec":{"revisionHistoryLimit":3}}""", MergePatch);

        var (code, again) = await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=one", Deployment("web"), Apply);

        Assert.That(applied.Text("spec.revisionHistoryLimit"), Is.EqualTo("10"));
        Assert.That(code, Is.EqualTo(200), again.ToJsonString());
        Assert.That(again.Text("spec.revisionHistoryLimit"), Is.EqualTo("3"));
    }

    [Test]
    public async Task Apply_ObjectWithoutManagers_FieldsBelongToBeforeFirstApply()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));
        await Http.SendAsync("PATCH", Deployments + "/web", """{"metadata":{"managedFields":[{}]}}""", MergePatch);

        var (code, status) = await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=two", Replicas(3), Apply);
        var (_, applied) = await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=two&force=true", Replicas(3), Apply);

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Apply failed with 1 conflict: conflict with \"before-first-apply\" using apps/v1: .spec.replicas"));
        Assert.That(Managers(applied), Is.EqualTo("two/Apply/, before-first-apply/Update/"));
    }

    [Test]
    public async Task Apply_ByKubectlAfterClientSideApply_IsNoConflict()
    {
        var config = Map("a", """{"k":"1"}""");
        var live = JsonNode.Parse(config)!.AsObject();
        live["metadata"]!["annotations"] = new JsonObject { [LastApplied] = config };
        await Http.SendAsync("POST", ConfigMaps + "?fieldManager=kubectl-client-side-apply", live.ToJsonString());

        var (code, applied) = await ApplyAsync("a", Map("a", """{"k":"2"}"""), "kubectl");
        var (other, status) = await ApplyAsync("a", Map("a", """{"k":"3"}"""), "argo");

        Assert.That(code, Is.EqualTo(200), applied.ToJsonString());
        Assert.That(applied.Text("data.k"), Is.EqualTo("2"));
        Assert.That(
            (string)applied["metadata"]!["annotations"]![LastApplied]!,
            Is.EqualTo("""{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}""" + "\n"));
        Assert.That(other, Is.EqualTo(409));
        Assert.That(status.Text("details.causes.0.message"), Is.EqualTo("conflict with \"kubectl\""));
    }

    [Test]
    public async Task Apply_ByKubectlWhereItemsStandTwice_AnnotationExcusesNothing()
    {
        const string controllers = "api/v1/namespaces/default/replicationcontrollers";
        const string config = """
            {"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"a"},"spec":{"replicas":REPLICAS,"selector":{"a":"b"},
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """;
        var live = JsonNode.Parse(config.Replace("REPLICAS", "1", StringComparison.Ordinal))!.AsObject();
        live["metadata"]!["annotations"] = new JsonObject { [LastApplied] = live.ToJsonString() };
        live["spec"]!["template"]!["spec"]!["containers"]![0]!["env"] =
            JsonNode.Parse("""[{"name":"A","value":"1"},{"name":"A","value":"2"}]""");
        await Http.SendAsync("POST", controllers + "?fieldManager=kubectl-client-side-apply", live.ToJsonString());

        var (code, status) = await Http.SendAsync(
            "PATCH", controllers + "/a?fieldManager=kubectl", config.Replace("REPLICAS", "2", StringComparison.Ordinal), Apply);

        Assert.That((code, status.Text("message")), Is.EqualTo((
            409, "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .spec.replicas")));
    }

    [Test]
    public async Task Apply_DryRun_StoresNothing()
    {
        var (code, applied) = await ApplyAsync("a", Map("a", """{"k":"1"}"""), "one&dryRun=All");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(Managers(applied), Is.EqualTo("one/Apply/"));
        Assert.That((await Http.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Apply_UidOfNoObject_Conflict()
    {
        var (code, status) = await ApplyAsync("a", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"}}""", "one");

        Assert.That(code, Is.EqualTo(409));
        Assert.That(status.Text("message"), Is.EqualTo(
            "Operation cannot be fulfilled on configmaps \"a\": uid mismatch: the provided object specified uid u, and no existing object was found"));
    }

    [TestCase("", 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""")]
    [TestCase("?fieldManager=m", 400, "invalid object type: /v1, Kind=Secret", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}""")]
    [TestCase("?fieldManager=m", 400, "invalid object type: /, Kind=", "{}")]
    [TestCase("?fieldManager=m", 400, "metadata.managedFields must be nil", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[]}}""")]
    [TestCase("?fieldManager=m", 400, "the name of the object (b) does not match the name on the URL (a)", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}""")]
    [TestCase("?fieldManager=m", 400, "the name of the object (a based on URL) was undeterminable: name must be provided", """{"apiVersion":"v1","kind":"ConfigMap"}""")]
    [TestCase("?fieldManager=m", 400, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}", "[]")]
    [TestCase("?fieldManager=m", 500, "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .dta: field not declared in schema", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"dta":{}}""")]
    [TestCase("?fieldManager=m", 500, "failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .data: expected map, got &{[1]}", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"},"data":[1]}""")]
    [TestCase("?fieldManager=m&fieldValidation=Strict", 400, "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key \"k\" already set in map", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: a\n  k: b\n")]
    public async Task Apply_BadRequest_SpeaksAsUpstream(string query, int code, string message, string config)
    {
        var (got, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a" + query, config, Apply);

        Assert.That((got, status.Text("message")), Is.EqualTo((code, message)));
    }

    [Test]
    public async Task Apply_KeyTwice_WarnsAndTheLastOneCounts()
    {
        using var response = await Http.SendRawAsync(
            "PATCH", ConfigMaps + "/a?fieldManager=m", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: a\n  k: b\n", Apply);

        Assert.That((int)response.StatusCode, Is.EqualTo(201));
        Assert.That(response.Headers.GetValues("Warning").Single(), Does.Contain("key \\\"k\\\" already set in map"));
        Assert.That((await Http.SendAsync("GET", ConfigMaps + "/a")).Body.Text("data.k"), Is.EqualTo("b"));
    }

    [Test]
    public async Task Apply_InCbor_UnsupportedMediaType()
    {
        var (code, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldManager=m", "{}", "application/apply-patch+cbor");

        Assert.That(code, Is.EqualTo(415));
        Assert.That(status.Text("message"), Is.EqualTo(
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
            + "application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"));
    }

    [Test]
    public async Task Apply_ToStatus_OwnsTheStatusAlone()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));
        const string config = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"x":"y"}},"spec":{"replicas":5},"status":{"replicas":1,"readyReplicas":1}}""";

        var (code, applied) = await Http.SendAsync("PATCH", Deployments + "/web/status?fieldManager=ctl", config, Apply);

        Assert.That(code, Is.EqualTo(200), applied.ToJsonString());
        Assert.That((applied.Text("spec.replicas"), applied.Text("status.readyReplicas")), Is.EqualTo(("1", "1")));
        Assert.That(Owners(applied)[0], Is.EqualTo(
            """{"manager":"ctl","operation":"Apply","apiVersion":"apps/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:readyReplicas":{},"f:replicas":{}}},"subresource":"status"}"""));
        Assert.That((await Http.SendAsync("PATCH", Deployments + "/none/status?fieldManager=ctl", config, Apply)).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Scale_Update_TakesTheReplicas()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));

        var (code, scale) = await Http.SendAsync("PATCH", Deployments + "/web/scale?fieldManager=hpa", """{"spec":{"replicas":4}}""", MergePatch);

        Assert.That(code, Is.EqualTo(200), scale.ToJsonString());
        Assert.That(scale["metadata"]!.AsObject().ContainsKey("managedFields"), Is.False);
        var (_, got) = await Http.SendAsync("GET", Deployments + "/web");
        Assert.That(Owners(got)[0], Is.EqualTo(
            """{"manager":"hpa","operation":"Update","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}},"subresource":"scale"}"""));
        Assert.That(Owners(got)[1], Does.Not.Contain("f:replicas"));
    }

    [Test]
    public async Task Scale_NothingChanges_NothingIsWritten()
    {
        await Http.SendAsync("POST", Deployments + "?fieldManager=one", Deployment("web"));
        var before = await Http.SendAsync("GET", Deployments + "/web");

        await Http.SendAsync("PATCH", Deployments + "/web/scale?fieldManager=hpa", """{"spec":{"replicas":1}}""", MergePatch);

        Assert.That((await Http.SendAsync("GET", Deployments + "/web")).Body.ToJsonString(), Is.EqualTo(before.Body.ToJsonString()));
    }

    [Test]
    public async Task Scale_Apply_ConflictsAndCanBeForced()
    {
        await Http.SendAsync("PATCH", Deployments + "/web?fieldManager=one", Deployment("web"), Apply);
        const string config = """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web"},"spec":{"replicas":4}}""";

        var (code, status) = await Http.SendAsync("PATCH", Deployments + "/web/scale?fieldManager=hpa", config, Apply);
        var (forced, _) = await Http.SendAsync("PATCH", Deployments + "/web/scale?fieldManager=hpa&force=true", config, Apply);

        Assert.That((code, status.Text("message")), Is.EqualTo((409, "Apply failed with 1 conflict: conflict with \"one\": .spec.replicas")));
        Assert.That(forced, Is.EqualTo(200));
        var (_, got) = await Http.SendAsync("GET", Deployments + "/web");
        Assert.That(got.Text("spec.replicas"), Is.EqualTo("4"));
        Assert.That(Owners(got).Single(o => o.Contains("\"hpa\"", StringComparison.Ordinal)), Is.EqualTo(
            """{"manager":"hpa","operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}},"subresource":"scale"}"""));
    }

    [Test]
    public async Task Apply_ThroughAnotherVersion_OwnsInThatVersion()
    {
        const string old = "apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h";
        const string target = "\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"d\"},\"maxReplicas\":";
        var (code, created) = await Http.SendAsync(
            "PATCH", old + "?fieldManager=one",
            """{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{""" + target + "3,\"targetCPUUtilizationPercentage\":50}}", Apply);
        var (conflict, status) = await Http.SendAsync(
            "PATCH", "apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h?fieldManager=two",
            """{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{""" + target + "4}}", Apply);
        var (_, removed) = await Http.SendAsync(
            "PATCH", old + "?fieldManager=one",
            """{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{""" + target + "3}}", Apply);

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("metadata.managedFields.0.apiVersion"), Is.EqualTo("autoscaling/v1"));
        Assert.That((conflict, status.Text("message")), Is.EqualTo((409, "Apply failed with 1 conflict: conflict with \"one\": .spec.maxReplicas")));
        Assert.That(removed.Text("spec.targetCPUUtilizationPercentage"), Is.EqualTo("80"), "what goes is defaulted again");
    }

    private static string Replicas(int replicas) =>
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":""" + $"{replicas}}}}}";
}
