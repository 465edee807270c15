using System.Text.Json.Nodes;

namespace Kube1.Tests.ApiServer;

/// <summary>
/// What patches have twice, or have that means nothing, and values of wrong types: refused, told in Warning headers or
/// passed over, by fieldValidation.
/// </summary>
public sealed class PatchValidationTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    private SecureCluster _cluster = null!;

    private HttpClient Http => _cluster.Admin;

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _cluster = await SecureCluster.StartAsync();
        await _cluster.CreateAsync(Deployments, ManagedFieldsTests.Deployment("web"));
    }

    [OneTimeTearDown]
    public async Task OneTimeTearDown() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task SetUp() => await _cluster.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));

    [TearDown]
    public async Task TearDown() => await Http.SendAsync("DELETE", ConfigMaps + "/a");

    [TestCase(Json, """[{"op":"add","path":"/data/x","value":"1","foo":1}]""", "json patch unknown field \"[0].foo\"")]
    [TestCase(Json, """[{"op":"test","path":"/data/k","value":"a"},{"op":"add","Path":"/data/y","path":"/data/x","path":"/data/x","value":"1"}]""", "json patch unknown field \"[1].Path\"; json patch duplicate field \"[1].path\"")]
    [TestCase(Json, """[{"op":"add","path":"/metadata/labels","value":{"x":"1","x":"1"}}]""", "json patch duplicate field \"[0].value.x\"")]
    [TestCase(Json, """[{"op":"add","path":"/dta","value":{}}]""", "unknown field \"dta\"")]
    [TestCase(Merge, """{"data":{"x":"0","x":"1"}}""", "duplicate field \"data.x\"")]
    [TestCase(Merge, """{"data":{"x":"1"},"dta":1,"metadata":{"labels":{"l":"0","l":"1"}}}""", "duplicate field \"metadata.labels.l\"; unknown field \"dta\"")]
    [TestCase(Strategic, """{"data":{"x":"0","x":"1"}}""", "duplicate field \"data.x\"")]
    [TestCase(Strategic, """{"data":{"x":"1"},"zzz":1,"aaa":2}""", "unknown field \"aaa\"; unknown field \"zzz\"")]
    public async Task Patch_OddMember_IsToldOrRefused(string type, string patch, string odd)
    {
        var strict = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldValidation=Strict", patch, type);
        var (_, untouched) = await Http.SendAsync("GET", ConfigMaps + "/a");
        var ignored = await WarningsAsync("PATCH", ConfigMaps + "/a?fieldValidation=Ignore", patch, type);
        var warned = await WarningsAsync("PATCH", ConfigMaps + "/a?fieldValidation=Warn", patch, type);
        var byDefault = await WarningsAsync("PATCH", ConfigMaps + "/a", patch, type);

        Assert.That(strict.Code, Is.EqualTo(422), strict.Body.ToJsonString());
        Assert.That(
            strict.Body.Text("message"),
            Does.StartWith(" \"\" is invalid: patch: Invalid value: \"")
                .And.EndWith("\": strict decoding error: " + odd.Replace("; ", ", ", StringComparison.Ordinal)));
        Assert.That(untouched["metadata"]!.AsObject().ContainsKey("labels") || untouched["data"]!.AsObject().Count > 1, Is.False);
        Assert.That(ignored, Is.EqualTo("200"));
        Assert.That(warned, Is.EqualTo("200; " + odd));
        Assert.That(byDefault, Is.EqualTo(warned));
    }

    [TestCase(Merge, """{"data":{"x":"1"},"dta":1}""", "{\\\"apiVersion\\\"")]
    [TestCase(Strategic, """{"data":{"x":"1"},"dta":1}""", "map[data:map[x:1] dta:1]\"")]
    [TestCase(Strategic, """{"$setElementOrder/x":["b"],"$retainKeys":["kind","apiVersion","metadata","data","dta"],"dta":1}""", "map[dta:1]\"")]
    public async Task Patch_Refused_ShowsThePatchOrWhatItMade(string type, string patch, string shown)
    {
        var (code, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a?fieldValidation=Strict", patch, type);

        Assert.That(code, Is.EqualTo(422));
        Assert.That(status.Text("message"), Does.StartWith(" \"\" is invalid: patch: Invalid value: \"" + shown.Replace("\\\\", "\\", StringComparison.Ordinal)));
    }

    [TestCase(Json, "", "{}", 400, "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")]
    [TestCase(Json, "?fieldValidation=Ignore", "{}", 400, "json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [TestCase(Json, "", "[1]", 400, "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp")]
    [TestCase(Json, "?fieldValidation=Ignore", "[1]", 400, "json: cannot unmarshal number into Go value of type jsonpatch.Operation")]
    [TestCase(Json, "", """[{"op":1}]""", 400, "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string")]
    [TestCase(Json, "?fieldValidation=Ignore", """[{"op":1}]""", 422, "the server rejected our request due to an error in our request")]
    [TestCase(Json, "", "[", 400, "error decoding patch: unexpected end of JSON input")]
    [TestCase(Json, "?fieldValidation=Ignore", "[", 400, "unexpected end of JSON input")]
    [TestCase(Json, "", "[null]", 422, "the server rejected our request due to an error in our request")]
    [TestCase(Json, "", "null", 200, "")]
    [TestCase(Merge, "", "[]", 400, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase(Merge, "", "{", 400, "error decoding patch: unexpected end of JSON input")]
    [TestCase(Merge, "", "null", 400, "invalid JSON Patch")]
    [TestCase(Merge, "?fieldValidation=Ignore", "{", 400, "invalid JSON Patch")]
    [TestCase(Strategic, "", "[]", 400, "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [TestCase(Strategic, "", "{", 400, "unexpected end of JSON input")]
    [TestCase(Strategic, "", "null", 200, "")]
    [TestCase(Strategic, "", """{"a":1}x""", 400, "invalid character 'x' after top-level value")]
    [TestCase(Apply, "?fieldManager=m", "[]", 400, "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public async Task Patch_NoPatchAtAll_IsRefused(string type, string query, string patch, int code, string message)
    {
        var (got, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a" + query, patch, type);

        Assert.That((got, status.Text("message")), Is.EqualTo((code, message)));
    }

    [TestCase(Strategic, """{"spec":{"replicas":"x"}}""", "map[spec:map[replicas:x]]", "unrecognized type: int32")]
    [TestCase(Strategic, """{"spec":{"replicas":1.5}}""", "map[spec:map[replicas:1.5]]", "cannot convert float64 to int32")]
    [TestCase(Strategic, """{"spec":{"paused":"yes"}}""", "map[spec:map[paused:yes]]", "unrecognized type: bool")]
    [TestCase(Strategic, """{"metadata":{"labels":{"a":1}}}""", "map[metadata:map[labels:map[a:1]]]", "cannot convert int64 to string")]
    [TestCase(Strategic, """{"metadata":{"labels":{"a":true}}}""", "map[metadata:map[labels:map[a:true]]]", "unrecognized type: string")]
    [TestCase(Strategic, """{"metadata":{"labels":"a"}}""", "map[metadata:map[labels:a]]", "cannot restore map from string")]
    [TestCase(Strategic, """{"metadata":{"finalizers":{"a":1}}}""", "map[metadata:map[finalizers:map[a:1]]]", "cannot restore slice from map")]
    [TestCase(Strategic, """{"spec":{"strategy":7}}""", "map[spec:map[strategy:7]]", "cannot restore struct from: int64")]
    [TestCase(Strategic, """{"spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}}}""", "map[spec:map[strategy:map[rollingUpdate:map[maxSurge:true]]]]", "json: cannot unmarshal bool into Go value of type int32")]
    public async Task Patch_WrongTypeInAStrategicPatch_IsToldByTheConverter(string type, string patch, string shown, string error)
    {
        var (code, status) = await Http.SendAsync("PATCH", Deployments + "/web", patch, type);

        Assert.That((code, status.Text("message")), Is.EqualTo((
            422, $" \"\" is invalid: patch: Invalid value: \"{shown}\": {error}")));
        Assert.That(status["details"]!.ToJsonString(), Does.Contain("\"field\":\"patch\""));
    }

    [TestCase(Json, """[{"op":"replace","path":"","value":[1]}]""", "\"[1]\": couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }")]
    [TestCase(Merge, """{"kind":"Foo"}""", "no kind \"Foo\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [TestCase(Merge, """{"data":{"x":1}}""", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    public async Task Patch_MakesNoSuchObject_IsInvalid(string type, string patch, string error)
    {
        var (code, status) = await Http.SendAsync("PATCH", ConfigMaps + "/a", patch, type);

        Assert.That(code, Is.EqualTo(422), status.ToJsonString());
        Assert.That(status.Text("message"), Does.EndWith(error));
    }

    [Test]
    public async Task Patch_OfScale_ValidatesFieldsAsWell()
    {
        const string scale = Deployments + "/web/scale";
        const string patch = """{"spec":{"replicas":2,"replicas":1,"x":1}}""";

        var strict = await Http.SendAsync("PATCH", scale + "?fieldValidation=Strict", patch, Merge);
        var warned = await WarningsAsync("PATCH", scale, patch, Merge);

        Assert.That(strict.Code, Is.EqualTo(422));
        Assert.That(strict.Body.Text("message"), Does.EndWith(
            "strict decoding error: duplicate field \"spec.replicas\", unknown field \"spec.x\""));
        Assert.That(warned, Is.EqualTo("200; duplicate field \"spec.replicas\"; unknown field \"spec.x\""));
    }

    [TestCase("POST", "")]
    [TestCase("PUT", "")]
    [TestCase(Json, " after mutating admission happens")]
    [TestCase(Merge, " after mutating admission happens")]
    [TestCase(Strategic, " after mutating admission happens")]
    public async Task OwnerReferences_Repeated_AreDroppedAndTold(string how, string when)
    {
        static string Owner(string uid, string name = "o", string more = "") =>
            $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{name}}","uid":"{{uid}}"{{more}}}""";
        var owners = $"[{Owner("u1")},{Owner("u2")},{Owner("u1")},{Owner("u2", more: ",\"controller\":true")},{Owner("u2")},{Owner("u1")}]";
        var (method, path, type, body) = how switch
        {
            "POST" => (how, ConfigMaps, "application/json", "{\"metadata\":{\"name\":\"owned\",\"ownerReferences\":" + owners + "}}"),
            "PUT" => (how, ConfigMaps + "/a", "application/json", "{\"metadata\":{\"name\":\"a\",\"ownerReferences\":" + owners + "}}"),
            Json => ("PATCH", ConfigMaps + "/a", how, "[{\"op\":\"add\",\"path\":\"/metadata/ownerReferences\",\"value\":" + owners + "}]"),
            // A strategic merge of a list that is not there yet takes it as it is.
            _ => ("PATCH", ConfigMaps + "/a", how, "{\"metadata\":{\"ownerReferences\":" + owners + "}}"),
        };

        using var response = await Http.SendRawAsync(method, path, body, type);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

        Assert.That((int)response.StatusCode, Is.EqualTo(how == "POST" ? 201 : 200), answer.ToJsonString());
        Assert.That(
            answer["metadata"]!["ownerReferences"]!.AsArray().Select(o => $"{o!["uid"]}{o["controller"]}"),
            Is.EqualTo(new[] { "u1", "u2", "u2true" }));
        Assert.That(Texts(response), Is.EqualTo(
            $".metadata.ownerReferences contains duplicate entries{when}; API server dedups owner references in 1.20+, and may "
            + "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u1, u2, u1"));
        if (how == "POST")
        {
            await Http.SendAsync("DELETE", ConfigMaps + "/owned");
        }
    }

    private async Task<string> WarningsAsync(string method, string path, string body, string type)
    {
        using var response = await Http.SendRawAsync(method, path, body, type);
        var texts = Texts(response);
        return $"{(int)response.StatusCode}{(texts.Length > 0 ? "; " : "")}{texts}";
    }

    // `299 - "text"`, with quotes and backslashes escaped.
    private static string Texts(HttpResponseMessage response) => response.Headers.TryGetValues("Warning", out var values)
        ? string.Join("; ", values.Select(v => v["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal)))
        : "";
}
