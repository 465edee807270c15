using System.Text;
using System.Text.Json;
using Kube1.Api.Protobuf;
using Kube1.Testing;

namespace Kube1.Tests.ApiServer;

/// <summary>Objects that nest as deep as a body may: whoever wrote one can read it, in every form.</summary>
public sealed class DeepObjectTests
{
    private const string Revisions = "apis/apps/v1/namespaces/default/controllerrevisions";
    private const int Levels = 490;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 600 };

    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _cluster = await TestCluster.StartAsync();
        var data = string.Concat(Enumerable.Repeat("{\"a\":", Levels)) + "1" + new string('}', Levels);
        using var response = await _cluster.Http.SendRawAsync(
            "POST", Revisions, "{\"metadata\":{\"name\":\"deep\"},\"revision\":1,\"data\":" + data + "}");
        Assert.That((int)response.StatusCode, Is.EqualTo(201), await response.Content.ReadAsStringAsync());
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [TestCase("/deep", "application/json")]
    [TestCase("/deep?pretty=true", "application/json")]
    [TestCase("/deep", "application/yaml")]
    [TestCase("/deep", ProtobufObjects.MediaType)]
    [TestCase("", "application/json")]
    [TestCase("?pretty=true", "application/json")]
    [TestCase("", "application/yaml")]
    [TestCase("", ProtobufObjects.MediaType)]
    [TestCase("", "application/json;as=Table;v=v1;g=meta.k8s.io")]
    public async Task Get_DeepObject_InEveryForm(string path, string accept)
    {
        using var response = await _cluster.Http.SendRawAsync("GET", Revisions + path, accept: accept);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.That((int)response.StatusCode, Is.EqualTo(200), Encoding.UTF8.GetString(body));
        Assert.That(body, Is.Not.Empty);
    }

    [Test]
    public async Task Put_WhatProtobufGave_IsTheSame()
    {
        using var read = await _cluster.Http.SendRawAsync("GET", Revisions + "/deep", accept: ProtobufObjects.MediaType);
        using var request = new HttpRequestMessage(HttpMethod.Put, Revisions + "/deep?dryRun=All");
        request.Content = new ByteArrayContent(await read.Content.ReadAsByteArrayAsync());
        request.Content.Headers.ContentType = new(ProtobufObjects.MediaType);
        using var written = await _cluster.Http.SendAsync(request);
        var text = await written.Content.ReadAsStringAsync();

        Assert.That((int)written.StatusCode, Is.EqualTo(200), text);
        using var document = JsonDocument.Parse(text, Deep);
        var data = document.RootElement.GetProperty("data");
        for (var i = 0; i < Levels; i++)
        {
            data = data.GetProperty("a");
        }

        Assert.That(data.GetInt32(), Is.EqualTo(1));
    }
}
