using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Auth;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>What conversion webhooks are asked, and what of their answers is taken.</summary>
public sealed class ConversionWebhookTests
{
    private const string V2 = "example.com/v2";

    private static readonly (string Name, string Response, string Message)[] Answers =
    [
        ("failure", """{"uid":"UID","result":{"status":"Failure","message":"cannot"}}""", "failed: cannot"),
        ("no message", """{"uid":"UID","result":{"status":"Failure"}}""", "failed: response.result.status was 'Failure', not 'Success'"),
        ("no status", """{"uid":"UID"}""", "failed: response.result.status was '', not 'Success'"),
        ("other uid", """{"uid":"x","result":{"status":"Success"}}""", "failed: expected response.uid=\"UID\", got \"x\""),
        ("too few", """{"uid":"UID","result":{"status":"Success"},"convertedObjects":[]}""", "returned 0 objects, expected 1"),
        ("other version", Converted("""{"apiVersion":"example.com/v3","kind":"Widget","metadata":{"name":"a"}}"""), "returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)"),
        ("other kind", Converted("""{"apiVersion":"example.com/v2","kind":"Gadget","metadata":{"name":"a"}}"""), "returned invalid object at index 0: invalid kind (expected Widget, received Gadget)"),
        ("other name", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"b","namespace":"n","uid":"u"}}"""), "returned invalid object: must have the same name: a != b"),
        ("other namespace", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a","namespace":"m","uid":"u"}}"""), "returned invalid object: must have the same namespace: n != m"),
        ("other object", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a","namespace":"n","uid":"v"}}"""), "returned invalid object: must have the same UID: u != v"),
        ("bad label", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a","namespace":"n","uid":"u","labels":{"x":1}}}"""), "returned invalid metadata: metadata.labels[x] must be a string, but is int64 in converted object"),
        ("bad labels", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a","namespace":"n","uid":"u","labels":[]}}"""), "returned invalid metadata: invalid metadata.labels of type []interface {} in converted object"),
        ("wrong label", Converted("""{"apiVersion":"example.com/v2","kind":"Widget","metadata":{"name":"a","namespace":"n","uid":"u","labels":{"x":"/"}}}"""), "returned invalid metadata: metadata.labels: Invalid value: \"/\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"),
        ("no object", Converted("1"), "returned invalid object: json: cannot unmarshal number into an object"),
    ];

    private WebhookServer _server = null!;
    private WebhookClient _http = null!;
    private ConversionWebhookClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var time = new ManualTime();
        _server = await WebhookServer.StartAsync();
        _http = new WebhookClient(() => new FakeObjects(), new SocketDialer(), time);
        _client = new ConversionWebhookClient(_http, time);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [SetUp]
    public void Clear() => _server.Calls.Clear();

    [Test]
    public async Task Convert_SomeOfAList_KeepsOrderAndMetadata()
    {
        Answer(review => new JsonArray([.. review["objects"]!.AsArray().Select(o => (JsonNode)new JsonObject
        {
            ["apiVersion"] = V2,
            ["kind"] = "Widget",
            ["metadata"] = new JsonObject
            {
                ["name"] = (string?)o!["metadata"]!["name"],
                ["namespace"] = "n",
                ["uid"] = "u",
                ["resourceVersion"] = "999",
                ["labels"] = new JsonObject { ["converted"] = "yes" },
            },
            ["spec"] = new JsonObject { ["count"] = 12345678901234567 },
        })]));
        var converted = await _client.ConvertAsync(
            Config(), V2, [Widget("a"), Widget("b", V2), Widget("c")], default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(converted.Select(c => c.Text("metadata.name")), Is.EqualTo(new[] { "a", "b", "c" }));
            Assert.That(converted.Select(c => c.Text("apiVersion")), Has.All.EqualTo(V2));
            Assert.That(converted[0].Text("metadata.resourceVersion"), Is.EqualTo("7"), "the webhook does not choose it");
            Assert.That(converted[0]["metadata"]!["labels"]!.ToJsonString(), Is.EqualTo("""{"converted":"yes"}"""));
            Assert.That(converted[0]["metadata"]!["annotations"], Is.Null, "the webhook took them away");
            Assert.That(converted[0].Text("spec.count"), Is.EqualTo("12345678901234567"));
            Assert.That(converted.Select(c => c.Parent), Has.All.Null);
        }
    }

    [Test]
    public async Task Convert_Review_IsUpstreams()
    {
        Answer(_ => new JsonArray(Widget("a", V2)));
        await _client.ConvertAsync(Config(), V2, [Widget("a")], default);

        var review = _server.Calls.Single().Body;
        var uid = review.Text("request.uid");
        Assert.That(review.ToJsonString().Replace(uid, "UID", StringComparison.Ordinal), Is.EqualTo(
            """{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"UID","desiredAPIVersion":"example.com/v2","objects":["""
            + Widget("a").ToJsonString() + "]}}"));
    }

    [Test]
    public async Task Convert_NothingToDo_CallsNobody()
    {
        var widget = Widget("a", V2);
        var converted = await _client.ConvertAsync(Config(), V2, [widget], default);

        Assert.That(converted.Single(), Is.SameAs(widget));
        Assert.That(_server.Calls, Is.Empty);
    }

    [TestCaseSource(nameof(AnswerNames))]
    public async Task Convert_AnswerOfNoUse_IsRefusedInUpstreamsWords(string name)
    {
        var (_, response, message) = Answers.Single(a => a.Name == name);
        var uid = "";
        _server.On("convert", async context =>
        {
            uid = (await _server.ReadAsync(context)).Text("request.uid");
            await context.Response.WriteAsync(
                """{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","response":"""
                + response.Replace("UID", uid, StringComparison.Ordinal) + "}");
        });
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _client.ConvertAsync(Config(), V2, [Widget("a")], default));

        Assert.That(refusal!.Code, Is.EqualTo(500));
        Assert.That(
            refusal.Message.Replace(uid, "UID", StringComparison.Ordinal),
            Is.EqualTo("conversion webhook for example.com/v1, Kind=Widget " + message));
    }

    [Test]
    public async Task Convert_OneOfAListIsWrong_IsNamedByItsPlace()
    {
        Answer(_ => new JsonArray(Widget("a", V2), Widget("x", V2)));
        var refusal = await Assert.ThrowsAsync<ApiException>(
            () => _client.ConvertAsync(Config(), V2, [Widget("a"), Widget("b")], default));

        Assert.That(refusal!.Message, Is.EqualTo(
            "conversion webhook for example.com/v1, Kind=WidgetList returned invalid converted object at index 1: must have the "
            + "same name: b != x"));
    }

    [Test]
    public async Task Convert_NobodyThere_IsToldWithTheAddress()
    {
        _server.On("convert", context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _client.ConvertAsync(Config(), V2, [Widget("a")], default));

        Assert.That(refusal!.Message, Is.EqualTo(
            "conversion webhook for example.com/v1, Kind=Widget failed: the server could not find the requested resource"));
    }

    [Test]
    public void Convert_NoVersionThatIsKnown_IsRefused()
    {
        var config = Config();
        config["conversionReviewVersions"] = new JsonArray("v3");

        Assert.That(
            () => _client.ConvertAsync(config, V2, [Widget("a")], default),
            Throws.TypeOf<ApiException>().With.Message.EqualTo("no supported conversion review versions"));
    }

    private static IEnumerable<string> AnswerNames() => Answers.Select(a => a.Name);

    private static string Converted(string obj) =>
        """{"uid":"UID","result":{"status":"Success"},"convertedObjects":[""" + obj + "]}";

    private void Answer(Func<JsonObject, JsonArray> convert) => _server.On("convert", async context =>
    {
        var request = (await _server.ReadAsync(context))["request"]!.AsObject();
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "ConversionReview",
            ["response"] = new JsonObject
            {
                ["uid"] = (string?)request["uid"],
                ["result"] = new JsonObject { ["status"] = "Success" },
                ["convertedObjects"] = convert(request),
            },
        }.ToJsonString()));
    });

    private JsonObject Config() => new()
    {
        ["clientConfig"] = new JsonObject { ["url"] = _server.Url("convert"), ["caBundle"] = _server.CaBundle },
        ["conversionReviewVersions"] = new JsonArray("v1"),
    };

    private static JsonObject Widget(string name, string apiVersion = "example.com/v1") => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = "Widget",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "n",
            ["uid"] = "u",
            ["resourceVersion"] = "7",
            ["annotations"] = new JsonObject { ["x"] = "y" },
        },
    };
}
