using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Cluster.Pki;
using Kube1.Testing;
using Kube1.Tests.ApiServer;
using Microsoft.AspNetCore.Http;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>
/// Webhooks that are not there, too slow, or hostile: with failurePolicy Fail the request ends with upstream's words, with
/// Ignore it goes on.
/// </summary>
public sealed class WebhookFailureTests
{
    private const string Failed = "Internal error occurred: failed calling webhook \"x.example.com\": ";
    private const string NotCalled = Failed + "failed to call webhook: ";
    private const string NoAnswer = Failed + "received invalid webhook response: ";

    private static readonly (string Name, RequestDelegate Handle, string Message)[] Answers =
    [
        ("nothing", Raw(200, ""), NotCalled + "0-length response with status code: 200 and content type: "),
        ("not found", Raw(404, ""), NotCalled + "the server could not find the requested resource"),
        ("error", Raw(500, "boom\n"), NotCalled + "an error on the server (\"boom\") has prevented the request from succeeding"),
        ("busy", Raw(429, ""), NotCalled + "the server has received too many requests and has asked us to try again later"),
        ("unavailable", Raw(503, "x"), NotCalled + "the server is currently unable to handle the request"),
        ("teapot", Raw(418, "x"), NotCalled + "the server responded with the status code 418 but did not return more information"),
        ("status", Raw(403, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"go away"}"""), NotCalled + "go away"),
        ("redirect", Redirect, NotCalled + "the server responded with the status code 307 but did not return more information"),
        ("page", Raw(200, "<html>"), NotCalled + "couldn't get version/kind; json parse error: invalid character '<' looking for beginning of value"),
        ("half", Raw(200, "{\"kind\":"), NotCalled + "couldn't get version/kind; json parse error: unexpected end of JSON input"),
        ("no response", Raw(200, """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"""), NoAnswer + "webhook response was absent"),
        ("no kind", Review("""{"response":{"uid":"UID","allowed":true}}"""), NoAnswer + "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind="),
        ("other version", Review("""{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","response":{"uid":"UID","allowed":true}}"""), NoAnswer + "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v1beta1, Kind=AdmissionReview"),
        ("other uid", Response("""{"uid":"other","allowed":true}"""), NoAnswer + "expected response.uid=\"UID\", got \"other\""),
        ("patch", Response("""{"uid":"UID","allowed":true,"patch":"W10=","patchType":"JSONPatch"}"""), NoAnswer + "validating webhook may not return response.patch"),
        ("patch type", Response("""{"uid":"UID","allowed":true,"patchType":"JSONPatch"}"""), NoAnswer + "validating webhook may not return response.patchType"),
        ("wrong type", Response("""{"uid":"UID","allowed":"yes"}"""), NotCalled + "json: cannot unmarshal string into Go struct field AdmissionReview.response.allowed of type bool"),
        ("wrong warnings", Response("""{"uid":"UID","allowed":true,"warnings":[{}]}"""), NotCalled + "json: cannot unmarshal object into Go struct field AdmissionReview.response.warnings of type string"),
        ("huge", Huge, NotCalled + "unexpected error when reading response body. Please retry. Original error: the body is larger than 8388608 bytes"),
    ];

    private static readonly (string Name, string Response, string Message)[] MutatingAnswers =
    [
        ("no type", """{"uid":"UID","allowed":true,"patch":"W10="}""", NoAnswer + "webhook returned response.patch but not response.patchType"),
        ("no patch", """{"uid":"UID","allowed":true,"patchType":"JSONPatch"}""", NoAnswer + "webhook returned response.patchType but not response.patch"),
        ("empty type", """{"uid":"UID","allowed":true,"patch":"W10=","patchType":""}""", NoAnswer + "webhook returned invalid response.patchType of \"\""),
        ("other type", """{"uid":"UID","allowed":true,"patch":"W3sib3AiOiJ0ZXN0In1d","patchType":"Merge"}""", Failed + "unsupported patch type \"Merge\""),
        ("no base64", """{"uid":"UID","allowed":true,"patch":"%","patchType":"JSONPatch"}""", NotCalled + "illegal base64 data in AdmissionReview.response.patch"),
    ];

    private WebhookCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await WebhookCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [TestCaseSource(nameof(AnswerNames))]
    public async Task Answer_OfNoUse_EndsTheRequestOrIsIgnored(string name)
    {
        var (_, handle, message) = Answers.Single(a => a.Name == name);
        await ExpectAsync(isMutating: false, handle, message);
    }

    [TestCaseSource(nameof(MutatingAnswerNames))]
    public async Task Answer_WithAPatchOfNoUse_EndsTheRequestOrIsIgnored(string name)
    {
        var (_, response, message) = MutatingAnswers.Single(a => a.Name == name);
        await ExpectAsync(isMutating: true, Response(response), message);
    }

    [Test]
    public async Task Answer_NestedWithoutEnd_IsRefused()
    {
        await ExpectAsync(
            isMutating: false, Raw(200, new string('[', 100_000)),
            NotCalled + "couldn't get version/kind; json parse error: exceeded max depth");
    }

    [Test]
    public async Task Answer_BrokenOff_IsToldOf()
    {
        _cluster.Hooks.On("x", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await AddAsync(isMutating: false, "Fail");
        var (code, status) = await _cluster.CreateConfigMapAsync("a");

        // Whether the end of the stream or its reset comes first is the network's choice.
        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("message"), Is.AnyOf(
            $"{NotCalled}Post \"{_cluster.Hooks.Url("x")}?timeout=10s\": EOF",
            $"{NotCalled}Post \"{_cluster.Hooks.Url("x")}?timeout=10s\": read: connection reset by peer"));
    }

    [TestCase("headers")]
    [TestCase("body")]
    public async Task Webhook_NeverDone_IsGivenUpAfterItsTimeout(string until)
    {
        foreach (var policy in new[] { "Fail", "Ignore" })
        {
            await _cluster.ResetAsync();
            var reached = new TaskCompletionSource();
            _cluster.Hooks.On("x", async context =>
            {
                if (until == "body")
                {
                    await context.Response.WriteAsync("{");
                    await context.Response.Body.FlushAsync();
                }

                reached.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            });
            await AddAsync(isMutating: false, policy, "\"timeoutSeconds\":1");
            var request = _cluster.CreateConfigMapAsync("a");
            await reached.Task;
            _cluster.Time.Advance(TimeSpan.FromSeconds(1));
            var (code, status) = await request;

            Assert.That(code, Is.EqualTo(policy == "Fail" ? 500 : 201));
            Assert.That(status.Text("message"), Is.EqualTo(policy == "Fail"
                ? $"{NotCalled}Post \"{_cluster.Hooks.Url("x")}?timeout=1s\": context deadline exceeded"
                : ""));
        }
    }

    [Test]
    public async Task Webhook_SlowerThanTheRequestMayBe_EndsItEvenWhenIgnored()
    {
        var reached = new TaskCompletionSource<string>();
        _cluster.Hooks.On("x", async context =>
        {
            reached.SetResult(context.Request.QueryString.Value!);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await AddAsync(isMutating: true, "Ignore", "\"timeoutSeconds\":30");
        var request = _cluster.CreateConfigMapAsync("a", "?timeout=3s");
        var query = await reached.Task;
        _cluster.Time.Advance(TimeSpan.FromSeconds(3));
        var (code, status) = await request;

        Assert.That(query, Is.EqualTo("?timeout=3s"), "the webhook is told how long the request has");
        Assert.That(code, Is.EqualTo(504));
        Assert.That(status.Text("message"), Is.EqualTo("Timeout: request did not complete within requested timeout"));
    }

    [Test]
    public async Task Webhook_NobodyListens_IsRefused()
    {
        using var closed = new ClosedPort();
        var port = closed.Number;
        await AddAsync(
            isMutating: false, "Fail", $$"""
            "clientConfig":{"url":"https://127.0.0.1:{{port}}/check"}
            """);
        var (code, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(code, Is.EqualTo(500));
        Assert.That(status.Text("reason"), Is.EqualTo("InternalError"));
        Assert.That(status.Text("message"), Is.EqualTo(
            $"{NotCalled}Post \"https://127.0.0.1:{port}/check?timeout=10s\": dial tcp 127.0.0.1:{port}: connect: connection refused"));
    }

    [Test]
    public async Task Certificate_OfAnotherAuthority_IsRefused()
    {
        using var other = CertificateAuthority.Create("other-ca", new ManualTime());
        await ExpectTlsAsync(
            Convert.ToBase64String(Encoding.ASCII.GetBytes(other.CertificatePem)), "127.0.0.1",
            "tls: failed to verify certificate: x509: certificate signed by unknown authority");
    }

    [Test]
    public Task Certificate_WithoutABundle_IsRefused() => ExpectTlsAsync(
        "", "127.0.0.1", "tls: failed to verify certificate: x509: certificate signed by unknown authority");

    [Test]
    public Task Certificate_ForAnotherName_IsRefused() => ExpectTlsAsync(
        _cluster.Hooks.CaBundle, "localhost",
        "tls: failed to verify certificate: x509: certificate is valid for hook.default.svc, not localhost");

    [TestCase("bm90IGEgY2VydGlmaWNhdGU=")]
    [TestCase("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=")]
    public async Task Bundle_ThatIsNone_IsRefused(string bundle)
    {
        await AddAsync(
            isMutating: false, "Fail",
            "\"clientConfig\":{\"url\":\"" + _cluster.Hooks.Url("x") + "\",\"caBundle\":\"" + bundle + "\"}");
        var (_, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(status.Text("message"), Is.EqualTo(
            Failed + "could not get REST client: unable to load root certificates: unable to parse bytes as PEM block"));
    }

    [Test]
    public async Task ReviewVersions_NoneThatIsKnown_IsRefused()
    {
        var webhook = _cluster.Webhook("x");
        webhook["admissionReviewVersions"] = new JsonArray("v3");
        await _cluster.Objects.TryCreateAsync(
            Kube1.Api.Schema.ResourceCatalog.Find(new Kube1.Api.GroupVersionKind(
                "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"))!,
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = "x" }, ["webhooks"] = new JsonArray(webhook) },
            default);
        var (_, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(status.Text("message"), Is.EqualTo(
            Failed + "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)"));
    }

    private static IEnumerable<string> AnswerNames() => Answers.Select(a => a.Name);

    private static IEnumerable<string> MutatingAnswerNames() => MutatingAnswers.Select(a => a.Name);

    private async Task ExpectAsync(bool isMutating, RequestDelegate handle, string message)
    {
        _cluster.Hooks.On("x", async context =>
        {
            context.Items["uid"] = (await _cluster.Hooks.ReadAsync(context)).Text("request.uid");
            await handle(context);
        });
        await AddAsync(isMutating, "Fail");
        var (code, status) = await _cluster.CreateConfigMapAsync("a");
        await _cluster.ResetAsync();
        await AddAsync(isMutating, "Ignore");
        var ignored = await _cluster.CreateConfigMapAsync("a");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(500));
            Assert.That(status.Text("reason"), Is.EqualTo("InternalError"));
            Assert.That(ignored.Code, Is.EqualTo(201), ignored.Body.ToJsonString());
        }

        Assert.That(
            System.Text.RegularExpressions.Regex.Replace(status.Text("message"), "uid=\"[^\"]*\"", "uid=\"UID\""),
            Is.EqualTo(message.Replace("URL", _cluster.Hooks.Url("x"), StringComparison.Ordinal)));
    }

    private async Task ExpectTlsAsync(string bundle, string host, string reason)
    {
        var url = _cluster.Hooks.Url("x").Replace("127.0.0.1", host, StringComparison.Ordinal);
        await AddAsync(
            isMutating: false, "Fail", "\"clientConfig\":{\"url\":\"" + url + "\",\"caBundle\":\"" + bundle + "\"}");
        var (_, status) = await _cluster.CreateConfigMapAsync("a");

        Assert.That(status.Text("message"), Is.EqualTo($"{NotCalled}Post \"{url}?timeout=10s\": {reason}"));
    }

    private Task AddAsync(bool isMutating, string failurePolicy, string fields = "") => _cluster.AddAsync(
        isMutating, "x", $"\"failurePolicy\":\"{failurePolicy}\"" + (fields.Length == 0 ? "" : "," + fields));

    private static RequestDelegate Raw(int code, string body) => context =>
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsync(body);
    };

    private static RequestDelegate Review(string body) => context =>
        context.Response.WriteAsync(body.Replace("UID", (string)context.Items["uid"]!, StringComparison.Ordinal));

    private static RequestDelegate Response(string response) => Review(
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":""" + response + "}");

    private static Task Redirect(HttpContext context)
    {
        context.Response.StatusCode = 307;
        context.Response.Headers.Location = "https://127.0.0.1:1/";
        return Task.CompletedTask;
    }

    private static async Task Huge(HttpContext context)
    {
        var chunk = new byte[1024 * 1024];
        Array.Fill(chunk, (byte)' ');
        for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
    }
}
