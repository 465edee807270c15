using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Protobuf;
using Kube1.Testing;
using Kube1.Tests.Api;

namespace Kube1.Tests.ApiServer;

/// <summary>Protobuf over real HTTPS: objects, lists, errors, bodies and watches.</summary>
public sealed class ProtobufWireTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""";

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Verbs_ProtobufBothWays_AsInJson()
    {
        var (_, created) = await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        var (readCode, read) = await SendAsync("GET", ConfigMaps + "/a");
        var changed = read.DeepClone().AsObject();
        changed["data"]!["k"] = "changed";
        var (updatedCode, updated) = await SendAsync("PUT", ConfigMaps + "/a", changed);
        ObjectOf(changed, "metadata").Remove("resourceVersion");
        ObjectOf(changed, "metadata")["name"] = "b";
        var (secondCode, second) = await SendAsync("POST", ConfigMaps, changed);
        var (deletedCode, deleted) = await SendAsync(
            "DELETE", ConfigMaps + "/b", new JsonObject
            {
                ["kind"] = "DeleteOptions", ["apiVersion"] = "v1",
                ["preconditions"] = new JsonObject { ["uid"] = second["metadata"]!["uid"]!.DeepClone() },
            });
        var (listCode, list) = await SendAsync("GET", ConfigMaps);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((readCode, updatedCode, secondCode, deletedCode, listCode), Is.EqualTo((200, 200, 201, 200, 200)));
            Assert.That(JsonSubset.Missing(created, read), Is.Null);
            Assert.That(updated.Text("data.k"), Is.EqualTo("changed"));
            Assert.That(second.Text("metadata.name"), Is.EqualTo("b"));
            Assert.That(deleted.Text("kind") + deleted.Text("status"), Is.EqualTo("StatusSuccess"));
            Assert.That(list.Text("kind"), Is.EqualTo("ConfigMapList"));
            Assert.That(list["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"]), Is.EqualTo(new[] { "a" }));
        }
    }

    [Test]
    public async Task Subresources_Protobuf_ScaleTokenAndEviction()
    {
        const string deployments = "apis/apps/v1/namespaces/default/deployments";
        await _cluster.Http.SendAsync("POST", deployments, """
            {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);
        await _cluster.Http.SendAsync("POST", Pods, Pod);

        var (_, scale) = await SendAsync("GET", deployments + "/d/scale");
        scale["spec"]!["replicas"] = 3;
        var (scaledCode, scaled) = await SendAsync("PUT", deployments + "/d/scale", scale);
        var (evictedCode, evicted) = await SendAsync("POST", Pods + "/p/eviction", new JsonObject
        {
            ["kind"] = "Eviction", ["apiVersion"] = "policy/v1",
            ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = "default" },
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scale.Text("kind") + scale.Text("apiVersion"), Is.EqualTo("Scaleautoscaling/v1"));
            Assert.That((scaledCode, scaled.Text("spec.replicas")), Is.EqualTo((200, "3")));
            Assert.That((evictedCode, evicted.Text("kind")), Is.EqualTo((201, "Status")));
        }
    }

    [Test]
    public async Task Discovery_Protobuf_Served()
    {
        var (_, groups) = await SendAsync("GET", "apis");
        var (_, resources) = await SendAsync("GET", "apis/apps/v1");

        Assert.That(groups.Text("kind"), Is.EqualTo("APIGroupList"));
        Assert.That(groups["groups"]!.AsArray().Select(g => (string?)g!["name"]), Does.Contain("apps"));
        Assert.That(resources["resources"]!.AsArray().Single(r => (string?)r!["name"] == "deployments")!["verbs"]!.AsArray(),
            Has.Count.EqualTo(8));
    }

    [TestCase("{}", "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be "
        + "a protobuf message, expected prefix [107 56 115 0] ({})")]
    [TestCase("", "the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)")]
    public async Task Create_MalformedProtobuf_BadRequest(string body, string message)
    {
        var (code, status) = await _cluster.Http.SendAsync("POST", ConfigMaps, body, ProtobufObjects.MediaType);

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("message"), Is.EqualTo(message));
    }

    [Test]
    public async Task LargeList_ProtobufAndGzip_Whole()
    {
        for (var i = 0; i < 30; i++)
        {
            await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap($"big-{i:00}", new string('x', 10_000)));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps);
        request.Headers.Accept.ParseAdd(ProtobufObjects.MediaType);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var response = await _cluster.HttpsFor().SendAsync(request);
        using var unpacked = new MemoryStream();
        await using (var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress))
        {
            await gzip.CopyToAsync(unpacked);
        }

        var (_, plain) = await SendAsync("GET", ConfigMaps);
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(plain["items"]!.AsArray(), Has.Count.EqualTo(30));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(ProtobufObjects.ToJson(unpacked.ToArray())), plain), Is.True);
    }

    [TestCase("1.1", "")]
    [TestCase("2.0", "")]
    [TestCase("2.0", ";as=PartialObjectMetadata;v=v1;g=meta.k8s.io")]
    public async Task Watch_Protobuf_EventsBehindTheirLengths(string version, string form)
    {
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            ConfigMaps + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Accept", ProtobufObjects.MediaType + form);
        using var response = await _cluster.HttpsFor().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var added = await ReadEventAsync(stream);
        var bookmark = await ReadEventAsync(stream);
        await _cluster.Http.SendAsync("DELETE", ConfigMaps + "/a");
        var deleted = await ReadEventAsync(stream);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo(ProtobufObjects.MediaType + "; stream=watch")
                .Or.EqualTo(ProtobufObjects.MediaType + ";stream=watch"));
            Assert.That(added.Type + added.Object.Text("metadata.name"), Is.EqualTo("ADDEDa"));
            Assert.That(added.Object.Text("kind"), Is.EqualTo(form.Length == 0 ? "ConfigMap" : "PartialObjectMetadata"));
            Assert.That(added.Object.Text("data.k"), Is.EqualTo(form.Length == 0 ? "a" : ""));
            Assert.That(bookmark.Type, Is.EqualTo("BOOKMARK"));
            Assert.That(
                (string?)bookmark.Object["metadata"]!["annotations"]!["k8s.io/initial-events-end"], Is.EqualTo("true"));
            Assert.That(deleted.Type, Is.EqualTo("DELETED"));
        }
    }

    [TestCase("1.1")]
    [TestCase("2.0")]
    public async Task Watch_ProtobufOfARevisionTooOld_ErrorEventWithAStatus(string version)
    {
        var (_, created) = await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        var revision = created.Text("metadata.resourceVersion");
        await LimitTests.OutgrowHistoryAsync(_cluster.Http);
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "?watch=1&resourceVersion=" + revision)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Accept", ProtobufObjects.MediaType);

        using var response = await _cluster.HttpsFor().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var error = await ReadEventAsync(stream);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(200), "the error is an event");
            Assert.That(error.Type, Is.EqualTo("ERROR"));
            Assert.That(error.Object.Text("kind") + error.Object.Text("apiVersion"), Is.EqualTo("Statusv1"));
            Assert.That(
                (error.Object.Text("code"), error.Object.Text("reason"), error.Object.Text("status")),
                Is.EqualTo(("410", "Expired", "Failure")));
            Assert.That(error.Object.Text("message"), Does.Match($"^too old resource version: {revision} \\(\\d+\\)$"));
            Assert.That(stream.ReadByte(), Is.EqualTo(-1), "nothing comes behind it");
        }
    }

    [Test]
    public async Task Watch_ProtobufOverWebSocket_BinaryMessages()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket { Options = { Proxy = null } };
        socket.Options.SetRequestHeader("Accept", ProtobufObjects.MediaType);
        var address = new UriBuilder(_cluster.Address) { Scheme = "wss", Path = ConfigMaps, Query = "watch=1" };
        await socket.ConnectAsync(address.Uri, _cluster.HttpsFor(), timeout.Token);
        await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("a"));
        var buffer = new byte[16 * 1024];
        var message = await socket.ReceiveAsync(buffer, timeout.Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);

        var added = ReadEvent(buffer.AsSpan(0, message.Count));
        Assert.That(message.MessageType, Is.EqualTo(WebSocketMessageType.Binary));
        Assert.That(added.Type + added.Object.Text("metadata.name"), Is.EqualTo("ADDEDa"));
    }

    private static JsonObject ObjectOf(JsonObject obj, string name) => obj[name]!.AsObject();

    private async Task<(int Code, JsonObject Body)> SendAsync(string method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.ParseAdd(ProtobufObjects.MediaType);
        if (body is not null)
        {
            var message = new System.Buffers.ArrayBufferWriter<byte>();
            Assert.That(ProtobufObjects.TryWrite(message, Encoding.UTF8.GetBytes(body.ToJsonString())), Is.True);
            request.Content = new ByteArrayContent(message.WrittenSpan.ToArray());
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ProtobufObjects.MediaType);
        }

        using var response = await _cluster.HttpsFor().SendAsync(request);
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo(ProtobufObjects.MediaType));
        var answer = await response.Content.ReadAsByteArrayAsync();
        return ((int)response.StatusCode, JsonNode.Parse(ProtobufObjects.ToJson(answer))!.AsObject());
    }

    private static async Task<(string Type, JsonObject Object)> ReadEventAsync(Stream stream)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, timeout.Token);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(message, timeout.Token);
        return ReadEvent(message);
    }

    // WatchEvent {type = 1, object = 2 {raw = 1}}
    private static (string Type, JsonObject Object) ReadEvent(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        Assert.That(reader.TryReadField(out var number, out var wire) && number == 1, Is.True);
        var type = reader.ReadText(wire);
        Assert.That(reader.TryReadField(out number, out wire) && number == 2, Is.True);
        var extension = new ProtobufReader(reader.ReadBytes(wire));
        Assert.That(extension.TryReadField(out number, out wire) && number == 1, Is.True);
        return (type, JsonNode.Parse(ProtobufObjects.ToJson(extension.ReadBytes(wire)))!.AsObject());
    }
}
