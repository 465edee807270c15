using System.Net.Http.Headers;
using System.Text;
using Kube1.Api.Schema;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Fuzzing;

/// <summary>Whole requests over HTTPS, of any method, to any path, with any body: always an answer, and the client's fault.</summary>
public sealed class ServerFuzzTests
{
    private const int UsualRequests = 250;

    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "X"];

    private static readonly string[] Types =
    [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json-patch+json",
        "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml",
        "text/plain", "application/json;charset=\"", "",
    ];

    private static readonly string[] Queries =
    [
        "", "?dryRun=All", "?fieldManager=f&force=true", "?fieldValidation=Strict", "?labelSelector=a%3Db,c", "?limit=1&continue=x",
        "?fieldSelector=metadata.name%3Dx", "?resourceVersion=%00", "?limit=5%00", "?pretty=1", "?watch=1", "?gracePeriodSeconds=0",
        "?resourceVersion=0&resourceVersionMatch=Exact", "?%ff=%fe&=&&a", "?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJ2IjoxfQ",
    ];

    private static readonly string[] Accepts =
    [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "*/*", "image/png", ";;,",
        "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    ];

    private readonly List<byte[]> _bodies =
    [
        .. JsonFuzzTests.Kinds.Where(k => k.Verbs.Contains("watch"))
            .Select(k => Encoding.UTF8.GetBytes(SmallestObjects.Of(k.Resource.GroupResource).ToJsonString())),
        .. JsonFuzzTests.Objects(3), .. Corpus.Read("json.txt"), .. Corpus.Read("yaml.txt"), .. Corpus.Read("patch.txt"),
        .. Corpus.Read("jsonpatch.txt"), .. Corpus.Read("protobuf.txt"),
    ];

    [Test]
    public async Task Requests_Any_AreAnsweredWithoutA500()
    {
        TestContext.Out.WriteLine($"KUBE1_FUZZ_SEED={Fuzz.Seed}");
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions { Listen = true });
        var http = cluster.HttpsFor();
        var random = new Random((int)Fuzz.Seed);
        var mutator = new Mutator(_bodies);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < UsualRequests || clock.Elapsed.TotalSeconds < Fuzz.ExtraSeconds; i++)
        {
            using var request = Request(random, mutator, out var shown);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var code = (int)response.StatusCode;
            if (code >= 500)
            {
                var answer = await response.Content.ReadAsStringAsync();
                // Upstream's answer to strategic merge patches that make no sense: a 500 that names no reason.
                Assert.That(
                    answer, Does.Not.Contain("InternalError").And.Contain("\"code\":500"), $"{code} for {shown}\n{answer}");
            }
        }

        using var health = await http.GetAsync("readyz");
        Assert.That((int)health.StatusCode, Is.EqualTo(200));
    }

    [TestCase("metrics", """[{"type":1,"Resource":5}]""")]
    [TestCase("metrics", """[{"type":"Resource","type":"Pods"}]""")]
    [TestCase("metrics", """[{"type":"Resource","resource":{"name":{},"targetValue":[]}}]""")]
    [TestCase("behavior", """{"":1,"ScaleUp":{"":{}}}""")]
    [TestCase("conditions", """[1,{"type":{}}]""")]
    [TestCase("current-metrics", """[{"":{"x":[]}}]""")]
    public async Task AutoscalerV1_OddAnnotations_NeverA500(string annotation, string value)
    {
        await using var cluster = await TestCluster.StartAsync();
        var body = new System.Text.Json.Nodes.JsonObject
        {
            ["metadata"] = new System.Text.Json.Nodes.JsonObject
            {
                ["name"] = "a",
                ["annotations"] = new System.Text.Json.Nodes.JsonObject { ["autoscaling.alpha.kubernetes.io/" + annotation] = value },
            },
            ["spec"] = new System.Text.Json.Nodes.JsonObject
            {
                ["maxReplicas"] = 3,
                ["scaleTargetRef"] = new System.Text.Json.Nodes.JsonObject { ["kind"] = "Deployment", ["name"] = "d" },
            },
            ["status"] = new System.Text.Json.Nodes.JsonObject { ["desiredReplicas"] = 1 },
        };

        var (code, answer) = await cluster.Http.SendAsync(
            "POST", "apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", body.ToJsonString());

        Assert.That(code, Is.EqualTo(201).Or.InRange(400, 499), answer.ToJsonString());
    }

    [TestCase("limit")]
    [TestCase("resourceVersion")]
    public async Task List_NumberWithNulBehind_IsNoNumber(string parameter)
    {
        await using var cluster = await TestCluster.StartAsync();

        var (code, _) = await cluster.Http.SendAsync("GET", $"api/v1/pods?{parameter}=5%00");

        Assert.That(code, Is.EqualTo(400));
    }

    private static HttpRequestMessage Request(Random random, Mutator mutator, out string shown)
    {
        var kind = JsonFuzzTests.Kinds[random.Next(JsonFuzzTests.Kinds.Count)];
        var collection = (kind.Resource.Group.Length == 0 ? "api/v1" : $"apis/{kind.Resource.Group}/{kind.Resource.Version}")
            + (kind.Namespaced ? "/namespaces/default/" : "/") + kind.Resource.Resource;
        var path = random.Next(8) switch
        {
            0 or 1 or 2 => collection,
            3 or 4 => $"{collection}/{SmallestObjects.NameOf(kind.Resource.GroupResource)}",
            5 => $"{collection}/x/status",
            6 => $"{collection}/%00%ff%2f/{(random.Next(2) == 0 ? "scale" : "log")}",
            _ => collection[..random.Next(collection.Length)],
        };
        var method = Methods[random.Next(10) is < 8 and var m ? m : 2];
        var body = mutator.Make(random.Next(), random.Next(40));
        var request = new HttpRequestMessage(new HttpMethod(method), path + Queries[random.Next(Queries.Length)]);
        request.Headers.TryAddWithoutValidation("Accept", Accepts[random.Next(Accepts.Length)]);
        if (method is not ("GET" or "HEAD"))
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", Types[random.Next(Types.Length)]);
        }

        shown = $"{request}\n{new Sample(body)}";
        return request;
    }
}
