using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Kube1.Api.OpenApi;
using Kube1.Testing;
using Kube1.Tests.Api;

namespace Kube1.Tests.ApiServer;

/// <summary>/openapi/v2 and /openapi/v3 as clients cache and negotiate them.</summary>
public sealed class OpenApiTests
{
    private const string V2Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    private const string V3Protobuf = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";

    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await TestCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Index_EachGroupVersion_HasADocumentAtItsHash()
    {
        var (_, groups) = await _cluster.Http.SendAsync("GET", "apis");
        var (_, index) = await _cluster.Http.SendAsync("GET", "openapi/v3");
        var paths = index["paths"]!.AsObject();
        var versions = groups["groups"]!.AsArray().SelectMany(g => g!["versions"]!.AsArray())
            .Select(v => "apis/" + (string?)v!["groupVersion"]);

        Assert.That(paths.Select(p => p.Key), Is.SupersetOf(versions.Append("api/v1")));
        Assert.That(paths.Select(p => p.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        foreach (var (path, entry) in paths)
        {
            var address = (string)entry!["serverRelativeURL"]!;
            Assert.That(address, Does.Match($"^/openapi/v3/{path}\\?hash=[0-9A-F]{{128}}$"));
            var (code, document) = await _cluster.Http.SendAsync("GET", address.TrimStart('/'));
            Assert.That((code, document.Text("openapi")), Is.EqualTo((200, "3.0.0")), path);
        }
    }

    [Test]
    public async Task V3_RightHash_MayBeKeptForEver()
    {
        using var response = await _cluster.Http.SendRawAsync("GET", (await AddressAsync("apis/apps/v1")).TrimStart('/'));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.CacheControl!.ToString(), Is.EqualTo("public, immutable"));
        Assert.That(response.Content.Headers.Expires, Is.GreaterThan(_cluster.Time.GetUtcNow().AddDays(364)));
        Assert.That(response.Headers.Vary, Does.Contain("Accept"));
        Assert.That((await AddressAsync("apis/apps/v1")), Does.EndWith("=" + response.Headers.ETag!.Tag.Trim('"')));
    }

    [Test]
    public async Task V3_NoHash_IsNotKept()
    {
        using var response = await _cluster.Http.SendRawAsync("GET", "openapi/v3/apis/apps/v1");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.CacheControl!.ToString(), Is.EqualTo("no-cache, private"));
        Assert.That(response.Content.Headers.Contains("Expires"), Is.False);
    }

    [Test]
    public async Task V3_StaleHash_RedirectsToTheRightOne()
    {
        using var response = await _cluster.Http.SendRawAsync("GET", "openapi/v3/apis/apps/v1?hash=0123");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MovedPermanently));
        Assert.That(response.Headers.Location!.OriginalString, Is.EqualTo(await AddressAsync("apis/apps/v1")));
    }

    [TestCase("openapi/v2")]
    [TestCase("openapi/v3")]
    [TestCase("openapi/v3/api/v1")]
    public async Task Document_KnownETag_NotModified(string path)
    {
        using var first = await _cluster.Http.SendRawAsync("GET", path);
        var tag = first.Headers.ETag!.Tag;
        foreach (var (known, code) in new[]
            { (tag, 304), ("W/" + tag, 304), ("\"a\", " + tag, 304), ("*", 304), ("\"a\"", 200), (tag[..^2] + "\"", 200) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            using var second = await _cluster.Http.SendAsync(request);

            Assert.That((int)second.StatusCode, Is.EqualTo(code), known);
            Assert.That(second.Headers.ETag!.Tag, Is.EqualTo(tag));
            Assert.That((await second.Content.ReadAsByteArrayAsync()).Length, code == 304 ? Is.Zero : Is.Positive);
        }
    }

    [TestCase("openapi/v2", V2Protobuf, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [TestCase("openapi/v2", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [TestCase("openapi/v2", "text/html, application/json;q=0.5, " + V2Protobuf + ";q=0.1", "application/json")]
    [TestCase("openapi/v2", null, "application/json")]
    [TestCase("openapi/v2", "*/*", "application/json")]
    [TestCase("openapi/v3/apis/apps/v1", V3Protobuf, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf")]
    [TestCase("openapi/v3/apis/apps/v1", "application/*", "application/json")]
    [TestCase("openapi/v2", "text/html", null)]
    [TestCase("openapi/v2", V3Protobuf, null)]
    [TestCase("openapi/v3/apis/apps/v1", "application/yaml", null)]
    public async Task Document_Accept_Negotiated(string path, string? accept, string? expected)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", path, accept: accept);

        Assert.That((int)response.StatusCode, Is.EqualTo(expected is null ? 406 : 200));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo(expected));
    }

    [TestCase("openapi/v2", V2Protobuf, OpenApiVersion.V2)]
    [TestCase("openapi/v3/apis/batch/v1", V3Protobuf, OpenApiVersion.V3)]
    public async Task Document_Protobuf_IsTheJsonOne(string path, string protobuf, OpenApiVersion version)
    {
        var (_, json) = await _cluster.Http.SendAsync("GET", path);
        using var response = await _cluster.Http.SendRawAsync("GET", path, accept: protobuf);
        var decoded = new GnosticDecoder(version).Decode(await response.Content.ReadAsByteArrayAsync());

        Assert.That(JsonNode.DeepEquals(decoded, json), Is.True);
    }

    [Test]
    public async Task Document_GzipAccepted_IsTheSameCompressed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "openapi/v2");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        using var packed = await _cluster.Http.SendAsync(request);
        using var plain = await _cluster.Http.SendRawAsync("GET", "openapi/v2");
        var plainBytes = await plain.Content.ReadAsByteArrayAsync();
        await using var unpacked = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        await unpacked.CopyToAsync(copy);

        Assert.That(packed.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(packed.Headers.Vary, Is.EqualTo(new[] { "Accept", "Accept-Encoding" }));
        Assert.That(packed.Content.Headers.ContentLength, Is.LessThan(plainBytes.Length / 8));
        Assert.That(plain.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(plain.Content.Headers.ContentLength, Is.EqualTo(plainBytes.Length));
        Assert.That(copy.ToArray(), Is.EqualTo(plainBytes));
    }

    [TestCase("openapi")]
    [TestCase("openapi/v1")]
    [TestCase("openapi/v3/apis/widgets/v1")]
    [TestCase("openapi/v3x")]
    public async Task Document_Unknown_NotFound(string path) =>
        Assert.That((await _cluster.Http.SendAsync("GET", path)).Code, Is.EqualTo(404));

    [Test]
    public async Task Root_Documents_AreListed()
    {
        var (_, root) = await _cluster.Http.SendAsync("GET", "");

        Assert.That(root["paths"]!.AsArray().Select(p => (string?)p), Is.SupersetOf(new[] { "/openapi/v2", "/openapi/v3" }));
    }

    private async Task<string> AddressAsync(string name)
    {
        var (_, index) = await _cluster.Http.SendAsync("GET", "openapi/v3");
        return (string)index["paths"]![name]!["serverRelativeURL"]!;
    }
}
