using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Protobuf;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Which form an answer has: Accept, ?pretty, user agents; and which bodies are taken: Content-Type.</summary>
public sealed class NegotiationTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Protobuf = ProtobufObjects.MediaType;
    private const string Kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,"
        + "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

    private const string Types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private const string OnlyTypes = "only the following media types are accepted: " + Types;

    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("", "/a", "application/json", "ConfigMap")]
    [TestCase("*/*", "/a", "application/json", "ConfigMap")]
    [TestCase("application/*", "/a", "application/json", "ConfigMap")]
    [TestCase("application/yaml", "/a", "application/yaml", "ConfigMap")]
    [TestCase(Protobuf, "/a", Protobuf, "ConfigMap")]
    [TestCase(Protobuf, "", Protobuf, "ConfigMapList")]
    [TestCase(Protobuf + ",application/json", "/a", Protobuf, "ConfigMap")]
    [TestCase("application/json," + Protobuf, "/a", "application/json", "ConfigMap")]
    [TestCase("application/json;q=0.5,application/yaml;q=0.9", "/a", "application/yaml", "ConfigMap")]
    [TestCase("*/*;q=0.9,application/yaml;q=0.1", "/a", "application/yaml", "ConfigMap")]
    [TestCase("application/json;q=0", "/a", "application/json", "ConfigMap")]
    [TestCase("text/plain, application/yaml", "/a", "application/yaml", "ConfigMap")]
    [TestCase("application/cbor,application/json", "/a", "application/json", "ConfigMap")]
    [TestCase(" application/json ; charset=utf-8", "/a", "application/json", "ConfigMap")]
    [TestCase("application/json;stream=watch", "", "application/json", "ConfigMapList")]
    [TestCase("application/yaml;stream=watch,application/json", "/a", "application/json", "ConfigMap")]
    [TestCase("application/json;sv=v1", "/a", "application/json", "ConfigMap")]
    [TestCase("application/json;sv=v9,application/yaml", "/a", "application/yaml", "ConfigMap")]
    [TestCase(Kubectl, "/a", "application/json", "Table")]
    [TestCase(Kubectl, "", "application/json", "Table")]
    [TestCase("application/yaml;as=Table;v=v1;g=meta.k8s.io", "", "application/yaml", "Table")]
    [TestCase(Protobuf + ";as=Table;v=v1;g=meta.k8s.io,application/json", "", "application/json", "ConfigMapList")]
    [TestCase("application/json;as=Table;v=v2;g=meta.k8s.io,application/yaml", "", "application/yaml", "ConfigMapList")]
    [TestCase("*/*;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "/a", "application/json", "PartialObjectMetadata")]
    [TestCase(Protobuf + ";as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "/a", Protobuf, "PartialObjectMetadata")]
    [TestCase(Protobuf + ";as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "", Protobuf, "PartialObjectMetadataList")]
    [TestCase(Protobuf + ";as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io", "", Protobuf, "PartialObjectMetadataList")]
    public async Task Get_Accept_HasTheFormAskedFor(string accept, string path, string contentType, string kind)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", ConfigMaps + path, accept: accept.Length == 0 ? null : accept);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(200), Encoding.UTF8.GetString(body));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo(contentType));
        Assert.That(KindOf(contentType, body), Is.EqualTo(kind));
    }

    [TestCase("text/plain", "/a", OnlyTypes)]
    [TestCase("application/cbor", "/a", OnlyTypes)]
    [TestCase("Application/JSON", "/a", OnlyTypes)]
    [TestCase("application", "/a", OnlyTypes)]
    [TestCase("application/json;stream=other", "/a", OnlyTypes)]
    [TestCase("application/json;as=Table", "", OnlyTypes)]
    [TestCase("application/json;as=Pod;v=v1;g=meta.k8s.io", "", OnlyTypes)]
    [TestCase(Protobuf + ";as=Table;v=v1;g=meta.k8s.io", "", OnlyTypes)]
    [TestCase(
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "",
        "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)")]
    [TestCase(
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "/a",
        "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)")]
    [TestCase(
        "application/yaml", "?watch=1",
        "only the following media types are accepted: application/json;stream=watch, "
        + "application/vnd.kubernetes.protobuf;stream=watch")]
    public async Task Get_AcceptOfWhatCannotBeHad_NotAcceptable(string accept, string path, string message)
    {
        var (code, status) = await _cluster.Http.SendAsync("GET", ConfigMaps + path, accept: accept);

        Assert.That(code, Is.EqualTo(406));

        // A refusal comes in a form that was asked for, when there is one.
        if (accept == "application/yaml")
        {
            Assert.That(status.Text("text"), Does.Contain("reason: NotAcceptable").And.Contain($"message: \"{message}\"\n"));
            return;
        }

        Assert.That(status.Text("reason"), Is.EqualTo("NotAcceptable"));
        Assert.That(status.Text("message"), Is.EqualTo(message));
        Assert.That(status.ContainsKey("details"), Is.False);
    }

    [TestCase("text/plain")]
    [TestCase("application/cbor")]
    [TestCase("*/*")]
    [TestCase("application/json-patch+json")]
    public async Task Create_ContentTypeNotTaken_UnsupportedMediaType(string type)
    {
        var (code, status) = await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("b"), type);

        Assert.That(code, Is.EqualTo(415));
        Assert.That(status.Text("reason"), Is.EqualTo("UnsupportedMediaType"));
        Assert.That(status.Text("message"), Is.EqualTo(
            "the body of the request was in an unknown format - accepted media types include: " + Types));
    }

    [TestCase("application/json; charset=utf-8")]
    [TestCase("Application/JSON")]
    [TestCase("application/yaml; charset=utf-8")]
    public async Task Create_ContentTypeWithParameters_Taken(string type)
    {
        var (code, status) = await _cluster.Http.SendAsync(
            "POST", ConfigMaps + "?dryRun=All", ApiTestClient.ConfigMap("c"), type);

        Assert.That(code, Is.EqualTo(201), status.ToJsonString());
    }

    [TestCase("application/json", "application/json")]
    [TestCase("application/yaml", "application/yaml")]
    [TestCase(Protobuf, Protobuf)]
    [TestCase(Kubectl, "application/json")]
    [TestCase("text/plain", "application/json")]
    public async Task Error_Accept_IsAStatusInTheFormAskedFor(string accept, string contentType)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", ConfigMaps + "/none", accept: accept);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(accept == "text/plain" ? 406 : 404));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo(contentType));
        Assert.That(KindOf(contentType, body), Is.EqualTo("Status"));
    }

    [TestCase("POST", "/a-pod/eviction", "{}")]
    [TestCase("DELETE", "/a-pod", "")]
    public async Task Write_AcceptOfWhatCannotBeHad_NothingDone(string method, string path, string body)
    {
        const string pods = "api/v1/namespaces/default/pods";
        await _cluster.Http.SendAsync(
            "POST", pods, """{"metadata":{"name":"a-pod"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        var (code, status) = await _cluster.Http.SendAsync(method, pods + path, body, accept: "text/plain");
        var (after, _) = await _cluster.Http.SendAsync("GET", pods + "/a-pod");

        Assert.That(code, Is.EqualTo(406), status.ToJsonString());
        Assert.That(after, Is.EqualTo(200));
    }

    [TestCase("?pretty=1", "x", true)]
    [TestCase("?pretty=true", "x", true)]
    [TestCase("?pretty=yes", "x", false)]
    [TestCase("?pretty=0", "curl/8.0", false)]
    [TestCase("", "curl/8.0", true)]
    [TestCase("", "Wget/1.2", true)]
    [TestCase("", "Mozilla/5.0 (X11)", true)]
    [TestCase("", "kubectl/v1.36", false)]
    public async Task Get_PrettyAskedForOrAPersonAsks_Indented(string query, string agent, bool indented)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "/a" + query);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        using var response = await _cluster.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(text.StartsWith("{\n  \"", StringComparison.Ordinal), Is.EqualTo(indented), text);
        Assert.That(text.EndsWith('\n'), Is.EqualTo(!indented), text);
    }

    [TestCase("api")]
    [TestCase("apis/apps/v1")]
    [TestCase(ConfigMaps)]
    [TestCase(ConfigMaps + "/a")]
    [TestCase(ConfigMaps + "/none")]
    [TestCase(ConfigMaps + "/none?watch=x")]
    public async Task Get_CompactJson_EndsItsLine(string path)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", path);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(text.IndexOf('\n', StringComparison.Ordinal), Is.EqualTo(text.Length - 1), text);
    }

    [TestCase("", "application/json")]
    [TestCase("", "application/yaml")]
    [TestCase("", Protobuf)]
    [TestCase("version", Protobuf)]
    [TestCase("version", "text/plain")]
    [TestCase("version?pretty=0", "application/yaml")]
    public async Task Get_NoApiObject_IndentedJsonToEverybody(string path, string accept)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", path, accept: accept);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/json"));
        Assert.That(text, Does.StartWith("{\n  \"").And.EndWith("\n}"));
    }

    [TestCase("GET", "api/v1/pods/a")]
    [TestCase("GET", "api/v1/pods/a?watch=1")]
    [TestCase("PUT", "api/v1/pods/a")]
    [TestCase("POST", "api/v1/pods/a")]
    [TestCase("GET", "api/v1/pods/a/status")]
    [TestCase("PATCH", "api/v1/pods/a/status")]
    [TestCase("GET", "api/v1/pods/a/log")]
    [TestCase("POST", "api/v1/pods/a/exec")]
    [TestCase("POST", "api/v1/pods/a/eviction")]
    [TestCase("GET", "api/v1/pods/a/proxy")]
    [TestCase("GET", "api/v1/watch/pods/a")]
    [TestCase("GET", "apis/apps/v1/deployments/a/scale")]
    [TestCase("GET", "api/v1/namespaces/default/pods/a/status/more")]
    [TestCase("GET", "api/v1/namespaces/default/pods/a/log/more")]
    public async Task Path_NotRouted_NotFound(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _cluster.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(404), text);
        Assert.That(text, Does.Contain("the server could not find the requested resource").Or.Contain("404 page not found"));
        Assert.That(response.Content.Headers.Allow, Is.Empty);
    }

    [TestCase("api/v1/pods?fieldSelector=metadata.name%3Da")]
    [TestCase("api/v1/pods?fieldSelector=metadata.name%3Da&watch=1&timeoutSeconds=1")]
    public async Task Path_NameInTheSelectorOnly_Served(string path)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", path);

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [TestCase("HEAD", ConfigMaps + "?fieldSelector=metadata.name%3Da", "GET, POST, DELETE")]
    [TestCase("HEAD", ConfigMaps + "/a", "GET, PUT, PATCH, DELETE")]
    [TestCase("OPTIONS", ConfigMaps, "GET, POST, DELETE")]
    [TestCase("POST", ConfigMaps + "/a", "GET, PUT, PATCH, DELETE")]
    [TestCase("PUT", ConfigMaps, "GET, POST, DELETE")]
    [TestCase("POST", "api/v1/configmaps", "GET")]
    [TestCase("DELETE", "api/v1/namespaces/default/pods/a/status", "GET, PUT, PATCH")]
    public async Task Method_NotServed_NotAllowed(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _cluster.HttpsFor().SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(405), text);
        Assert.That(string.Join(", ", response.Content.Headers.Allow), Is.EqualTo(allowed));
        if (method != "HEAD")
        {
            Assert.That(JsonNode.Parse(text)!.AsObject().Text("message"), Is.EqualTo(
                "the server does not allow this method on the requested resource"));
        }
    }

    [Test]
    public async Task Warnings_ManyAndLong_AreCutWhenTheyAreTooMuch()
    {
        var fields = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"f{i:00}{new string('x', 400)}\\\"\":1"));
        using var response = await _cluster.HttpsFor().SendRawAsync(
            "POST", ConfigMaps + "?dryRun=All", "{\"metadata\":{\"name\":\"w\"}," + fields + "}");
        var warnings = response.Headers.GetValues("Warning").ToList();

        Assert.That((int)response.StatusCode, Is.EqualTo(201));
        Assert.That(warnings, Has.Count.EqualTo(16));
        Assert.That(warnings[0], Does.StartWith("299 - \"unknown field \\\"f00xxx").And.Length.EqualTo(256 + "299 - \"\"".Length + 1));
    }

    [Test]
    public async Task Warnings_OfTextBeyondAscii_AreUtf8()
    {
        using var response = await _cluster.HttpsFor().SendRawAsync(
            "POST", ConfigMaps + "?dryRun=All", "{\"metadata\":{\"name\":\"w\"},\"n\u00E9\u4E2D\":1}");

        // .NET reads a byte as a character.
        var bytes = Encoding.Latin1.GetBytes(response.Headers.GetValues("Warning").Single());
        Assert.That(Encoding.UTF8.GetString(bytes), Is.EqualTo("299 - \"unknown field \\\"n\u00E9\u4E2D\\\"\""));
    }

    private static string? KindOf(string contentType, byte[] body) => contentType switch
    {
        Protobuf => (string?)JsonNode.Parse(ProtobufObjects.ToJson(body))!["kind"],
        "application/yaml" => Encoding.UTF8.GetString(body).Split('\n').Single(l => l.StartsWith("kind:", StringComparison.Ordinal))[6..],
        _ => (string?)JsonNode.Parse(body)!["kind"],
    };
}
