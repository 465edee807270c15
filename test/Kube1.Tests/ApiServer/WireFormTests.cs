using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>What goes over the wire besides plain JSON: HTTP/2, WebSockets, gzip, YAML, documents.</summary>
public sealed class WireFormTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("1.1")]
    [TestCase("2.0")]
    public async Task Https_Version_Negotiated(string version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "readyz")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await _cluster.HttpsFor().SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Version, Is.EqualTo(Version.Parse(version)));
    }

    [Test]
    public async Task Watch_OverWebSocket_OneEventAMessage()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket { Options = { Proxy = null } };
        var address = new UriBuilder(_cluster.Address) { Scheme = "wss", Path = ConfigMaps, Query = "watch=1" };
        await socket.ConnectAsync(address.Uri, _cluster.HttpsFor(), timeout.Token);
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        await _cluster.Http.SendAsync("DELETE", ConfigMaps + "/a");

        var added = await ReceiveAsync(socket, timeout.Token);
        var deleted = await ReceiveAsync(socket, timeout.Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);

        Assert.That(added.Text("type") + added.Text("object.metadata.name"), Is.EqualTo("ADDEDa"));
        Assert.That(deleted.Text("type"), Is.EqualTo("DELETED"));
    }

    [Test]
    public async Task LargeObject_GzipAccepted_Compressed()
    {
        var text = new string('x', 300_000);
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("big", text));
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("small"));

        using var big = await GzipAsync(ConfigMaps + "/big");
        using var small = await GzipAsync(ConfigMaps + "/small");
        using var list = await GzipAsync(ConfigMaps);

        Assert.That(big.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That((await UnpackAsync(big)).Text("data.k"), Is.EqualTo(text));
        Assert.That(small.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(list.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        var names = (await UnpackAsync(list))["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]);
        Assert.That(names, Is.EqualTo(new[] { "big", "small" }));
    }

    [Test]
    public async Task Yaml_BothWays_Served()
    {
        const string yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: text\ndata:\n  a: \"yes\"\n  b: \"1\"\n";

        var (code, created) = await _cluster.Http.SendAsync("POST", ConfigMaps, yaml, "application/yaml");
        using var response = await _cluster.Http.SendRawAsync("GET", ConfigMaps + "/text", accept: "application/yaml");
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        Assert.That(created.Text("data.a"), Is.EqualTo("yes"));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/yaml"));
        Assert.That(text, Does.Contain("kind: ConfigMap"));
        Assert.That(text, Does.Contain("a: \"yes\"").And.Contain("b: \"1\""));
    }

    [Test]
    public async Task Yaml_Malformed_BadRequest()
    {
        var (code, status) = await _cluster.Http.SendAsync("POST", ConfigMaps, "a: [", "application/yaml");

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("message"), Does.StartWith(
            "the object provided is unrecognized (must be of type ConfigMap): yaml: line ").And.EndsWith("(613a205b)"));
    }

    [TestCase("Strict", 400, "strict decoding error: yaml: unmarshal errors:\n  line 6: key \"a\" already set in map, "
        + "unknown field \"data2\"", "")]
    [TestCase("Warn", 201, "", "299 - \"line 6: key \\\"a\\\" already set in map\"|299 - \"unknown field \\\"data2\\\"\"")]
    [TestCase("Ignore", 201, "", "")]
    public async Task Yaml_KeySetTwice_ToldByFieldValidation(string mode, int expected, string message, string warnings)
    {
        const string yaml = "kind: ConfigMap\nmetadata:\n  name: twice\ndata:\n  a: first\n  a: second\ndata2: {}\n";
        using var response = await _cluster.Http.SendRawAsync(
            "POST", ConfigMaps + "?fieldValidation=" + mode, yaml, "application/yaml");
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(expected));
            Assert.That(body.Text("message"), Does.EndWith(message));
            Assert.That(body.Text("data.a"), Is.EqualTo(expected == 201 ? "second" : ""));
            Assert.That(
                string.Join('|', response.Headers.TryGetValues("Warning", out var found) ? found : []), Is.EqualTo(warnings));
        }
    }

    [Test]
    public async Task Version_Fields_AreThere()
    {
        var (_, version) = await _cluster.Http.SendAsync("GET", "version");

        Assert.That(version.Text("gitVersion"), Does.StartWith("v1.36."));
        Assert.That(version.Text("buildDate"), Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"));
        Assert.That(version.Text("platform"), Does.Match("^(linux|windows)/(amd64|arm64)$"));
        Assert.That(version.Text("compiler"), Is.Not.Empty);
        Assert.That(version.Text("goVersion"), Is.Not.Empty);
    }

    private static async Task<JsonObject> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!.AsObject();
    }

    private async Task<HttpResponseMessage> GzipAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        return await _cluster.HttpsFor().SendAsync(request);
    }

    private static async Task<JsonObject> UnpackAsync(HttpResponseMessage response)
    {
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
    }
}
