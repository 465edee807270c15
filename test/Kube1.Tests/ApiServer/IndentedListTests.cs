using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Lists for people: indented item by item, streamed when they are long.</summary>
public sealed class IndentedListTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase(0, "application/json")]
    [TestCase(0, Table)]
    [TestCase(2, "application/json")]
    [TestCase(2, Table)]
    [TestCase(2, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")]
    [TestCase(30, "application/json")]
    public async Task List_Pretty_IsTheCompactOneIndented(int count, string accept)
    {
        await CreateAsync(count);

        using var compact = await _cluster.HttpsFor().SendRawAsync("GET", ConfigMaps, accept: accept);
        using var pretty = await _cluster.HttpsFor().SendRawAsync("GET", ConfigMaps + "?pretty=true", accept: accept);
        var isStreamed = pretty.Content.Headers.ContentLength is null;
        var expected = JsonNode.Parse(await compact.Content.ReadAsStringAsync())!;

        Assert.That(await pretty.Content.ReadAsStringAsync(), Is.EqualTo(expected.ToJsonString(Indented)));
        Assert.That(isStreamed, Is.EqualTo(count == 30), "only the long one is streamed");
    }

    [Test]
    public async Task List_PrettyAndGzip_IsTheSame()
    {
        await CreateAsync(30);
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps + "?pretty=true");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var response = await _cluster.HttpsFor().SendAsync(request);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);

        using var plain = await _cluster.HttpsFor().SendRawAsync("GET", ConfigMaps + "?pretty=true");
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo(await plain.Content.ReadAsStringAsync()));
    }

    private async Task CreateAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _cluster.Http.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap($"c-{i:00}", new string('x', 10_000)));
        }
    }
}
