using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Registry;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>The seam to conversion webhooks: when a converter is asked, with what, and what becomes of its answers.</summary>
public sealed class CustomConversionTests
{
    private const string Points = "apis/geo.example.com/v1/namespaces/default/points";

    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"points.geo.example.com"},
         "spec":{"group":"geo.example.com","scope":"Namespaced","names":{"plural":"points","kind":"Point"},
          "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],
            "clientConfig":{"url":"https://127.0.0.1:1/convert"}}},
          "versions":[
           {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object",
             "properties":{"at":{"type":"string"}}}}},
           {"name":"v2","served":true,"storage":false,"selectableFields":[{"jsonPath":".x"}],
             "schema":{"openAPIV3Schema":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}}}}}]}}
        """;

    private CustomResourceServer _server = null!;
    private Splitter _converter = null!;
    private ServedResource _v2 = null!;

    [SetUp]
    public async Task SetUp()
    {
        _server = await CustomResourceServer.StartAsync(Definition);
        _converter = new Splitter();
        var store = _server.Cluster.Store;
        var catalog = new CustomResourceCatalog(store, ResourceTable.BuiltIn(store), _ => _converter);
        _v2 = catalog.Find("geo.example.com", "v2", "points")!;
    }

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task Read_OtherVersion_IsConvertedOnceARevisionAndInOneRequest()
    {
        await CreateAsync("a", "1,2");
        await CreateAsync("b", "3,4");
        var entries = _v2.Objects.Snapshot.Range("").ToList();

        await _v2.Codec.PrepareAsync(entries, CancellationToken.None);
        await _v2.Codec.PrepareAsync(entries, CancellationToken.None);
        var objects = entries.Select(e => _v2.Codec.DecodeRow(e, e.Revision)).ToList();

        Assert.That(_converter.Requests, Is.EqualTo(new[] { "geo.example.com/v2: a b" }));
        Assert.That(objects.Select(o => $"{o["apiVersion"]} {o["x"]} {o["y"]}"), Is.EqualTo(new[]
        {
            "geo.example.com/v2 1 2", "geo.example.com/v2 3 4",
        }));
        Assert.That(_v2.FieldOf(entries[1], 0), Is.EqualTo("3"));
        // What the answer has and the schema does not know is dropped, as from every other object.
        Assert.That(objects[0].ContainsKey("junk"), Is.False);
    }

    [Test]
    public async Task Write_OtherVersion_IsConvertedToTheStorageVersion()
    {
        var obj = JsonNode.Parse("""
            {"apiVersion":"geo.example.com/v2","kind":"Point","metadata":{"name":"a","namespace":"default"},"x":"5","y":"6"}
            """)!.AsObject();

        var encoded = await _v2.Codec.EncodeAsync(obj, CancellationToken.None);

        Assert.That(System.Text.Encoding.UTF8.GetString(encoded.Bytes), Is.EqualTo(
            """{"apiVersion":"geo.example.com/v1","kind":"Point","metadata":{"name":"a","namespace":"default"},"at":"5,6"}"""));
        Assert.That(obj.ContainsKey("x"), "the object of the request is left as it is");
    }

    [Test]
    public async Task Read_StorageVersion_AsksNobody()
    {
        await CreateAsync("a", "1,2");

        Assert.That((await _server.ExpectAsync(200, "GET", Points + "/a"))["at"]!.ToString(), Is.EqualTo("1,2"));
    }

    [TestCase("GET", "apis/geo.example.com/v2/namespaces/default/points/a")]
    [TestCase("GET", "apis/geo.example.com/v2/points")]
    public async Task Read_NoWayToTheWebhook_FailsAndShowsNothingUnconverted(string method, string path)
    {
        await CreateAsync("a", "1,2");

        var failed = await _server.ExpectAsync(500, method, path);

        Assert.That(failed["message"]!.ToString(), Does.StartWith(
            "conversion webhook for geo.example.com/v1, Kind=Point failed: Post \"https://127.0.0.1:1/convert?timeout=30s\": "));
    }

    [Test]
    public async Task Watch_NoWayToTheWebhook_EndsWithAnError()
    {
        await using var watch = await WatchStream.OpenAsync(_server.Http, "apis/geo.example.com/v2/points?watch=1");
        await CreateAsync("a", "1,2");

        Assert.That((await watch.NextAsync()).Type, Is.EqualTo("ERROR"));
        Assert.That(await watch.IsAtEndAsync());
    }

    [Test]
    public async Task Read_ConverterLosesObjects_Fails()
    {
        await CreateAsync("a", "1,2");
        _converter.Loses = true;
        var entry = _v2.Objects.Snapshot.Range("").First();

        var failure = await Assert.ThrowsAsync<ApiException>(async () =>
            await _v2.Codec.PrepareAsync([entry], CancellationToken.None));

        Assert.That(failure!.Message, Is.EqualTo("Internal error occurred: conversion returned 0 objects, expected 1"));
    }

    private Task<JsonObject> CreateAsync(string name, string at) => _server.ExpectAsync(
        201, "POST", Points,
        "{\"apiVersion\":\"geo.example.com/v1\",\"kind\":\"Point\",\"metadata\":{\"name\":\"" + name + "\"},\"at\":\"" + at + "\"}");

    /// <summary>"1,2" in v1 is x and y in v2.</summary>
    private sealed class Splitter : ICustomResourceConverter
    {
        public List<string> Requests { get; } = [];

        public bool Loses { get; set; }

        public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
            IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken)
        {
            Requests.Add($"{apiVersion}: {string.Join(' ', objects.Select(o => o["metadata"]!["name"]))}");
            foreach (var obj in objects)
            {
                obj["apiVersion"] = apiVersion;
                if (apiVersion.EndsWith("v2", StringComparison.Ordinal))
                {
                    var parts = obj["at"]!.ToString().Split(',');
                    (obj["x"], obj["y"], obj["junk"]) = (parts[0], parts[1], 1);
                    obj.Remove("at");
                }
                else
                {
                    obj["at"] = $"{obj["x"]},{obj["y"]}";
                    obj.Remove("x");
                    obj.Remove("y");
                }
            }

            return new(Loses ? [] : objects);
        }
    }
}
