using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Kube1.Api;
using Kube1.Api.Schema;
using Kube1.Tests.ApiServer;
using static Kube1.Tests.Extensions.Webhooks.WebhookCluster;

namespace Kube1.Tests.Extensions.Webhooks;

/// <summary>Refusals and warnings of webhooks, dry runs, and that none holds up what it does not match.</summary>
public sealed class ValidatingWebhookTests
{
    private WebhookCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await WebhookCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [TestCase("""{"allowed":false}""", 400, "", "admission webhook \"no.example.com\" denied the request without explanation")]
    [TestCase("""{"allowed":false,"status":{"message":"not today"}}""", 400, "", "admission webhook \"no.example.com\" denied the request: not today")]
    [TestCase("""{"allowed":false,"status":{"reason":"Forbidden"}}""", 400, "Forbidden", "admission webhook \"no.example.com\" denied the request: Forbidden")]
    [TestCase("""{"allowed":false,"status":{"code":403,"reason":"Forbidden","message":"no"}}""", 403, "Forbidden", "admission webhook \"no.example.com\" denied the request: no")]
    [TestCase("""{"allowed":false,"status":{"code":200,"status":"Success","message":"no"}}""", 400, "", "admission webhook \"no.example.com\" denied the request: no")]
    [TestCase("""{"allowed":false,"status":{"code":70000,"message":"no"}}""", 400, "", "admission webhook \"no.example.com\" denied the request: no")]
    [TestCase("""{"allowed":false,"status":{"code":429,"message":"later","details":{"retryAfterSeconds":7}}}""", 429, "", "admission webhook \"no.example.com\" denied the request: later")]
    public async Task Denial_HasTheWebhooksStatus(string response, int code, string reason, string message)
    {
        foreach (var isMutating in new[] { false, true })
        {
            await _cluster.ResetAsync();
            _cluster.Hooks.Answer("no", response);
            await _cluster.AddAsync(isMutating, "no", "\"failurePolicy\":\"Ignore\"");
            var (answered, status) = await _cluster.CreateConfigMapAsync("a");

            using (Assert.EnterMultipleScope())
            {
                Assert.That(answered, Is.EqualTo(code));
                Assert.That(status.Text("status"), Is.EqualTo("Failure"));
                Assert.That(status.Text("code"), Is.EqualTo($"{code}"));
                Assert.That(status.Text("reason"), Is.EqualTo(reason));
                Assert.That(status.Text("message"), Is.EqualTo(message));
            }
        }

        Assert.That((await _cluster.Admin.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Webhooks_AreCalledAtOnceAndTheFirstRefusalInOrderCounts()
    {
        // None answers before all have been called.
        using var called = new CountdownEvent(3);
        var all = new TaskCompletionSource();
        foreach (var name in new[] { "a", "b", "c" })
        {
            _cluster.Hooks.On(name, async context =>
            {
                var review = await _cluster.Hooks.ReadAsync(context);
                if (called.Signal())
                {
                    all.SetResult();
                }

                await all.Task;
                var response = new JsonObject
                {
                    ["uid"] = review.Text("request.uid"),
                    ["allowed"] = name == "a",
                    ["status"] = new JsonObject { ["message"] = name },
                };
                await context.Response.WriteAsync(new JsonObject
                {
                    ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response,
                }.ToJsonString());
            });
            await _cluster.AddAsync(isMutating: false, name);
        }

        var (code, status) = await _cluster.CreateConfigMapAsync("x");

        Assert.That(code, Is.EqualTo(400));
        Assert.That(status.Text("message"), Is.EqualTo("admission webhook \"b.example.com\" denied the request: b"));
    }

    [Test]
    public async Task Warnings_OfAllWebhooks_ReachTheClient()
    {
        _cluster.Hooks.Answer("a", """{"allowed":true,"warnings":["first","second"]}""");
        _cluster.Hooks.Answer("b", """{"allowed":false,"warnings":["third"]}""");
        await _cluster.AddAsync(isMutating: true, "a");
        await _cluster.AddAsync(isMutating: false, "b");
        using var response = await _cluster.Admin.SendRawAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("x"));

        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(
            response.Headers.GetValues("Warning"),
            Is.EqualTo(new[] { "299 - \"first\"", "299 - \"second\"", "299 - \"third\"" }));
    }

    [Test]
    public async Task Warnings_TooManyAndTooLong_AreCut()
    {
        var many = new JsonArray([.. Enumerable.Range(0, 100).Select(i => JsonValue.Create($"{i:000}" + new string('x', 500)))]);
        _cluster.Hooks.Answer("a", new JsonObject { ["allowed"] = true, ["warnings"] = many }.ToJsonString());
        await _cluster.AddAsync(isMutating: false, "a");
        using var response = await _cluster.Admin.SendRawAsync("POST", ConfigMaps, ApiTestClient.ConfigMap("x"));

        var warnings = response.Headers.GetValues("Warning").ToList();
        Assert.That(warnings, Has.All.Length.EqualTo(256 + "299 - \"\"".Length));
        Assert.That(warnings, Has.Count.EqualTo(16));
    }

    [TestCase("None")]
    [TestCase("NoneOnDryRun")]
    public async Task DryRun_NoSideEffects_IsShown(string sideEffects)
    {
        _cluster.Hooks.Answer("a", """{"allowed":true}""");
        await _cluster.AddAsync(isMutating: false, "a", $"\"sideEffects\":\"{sideEffects}\"");
        var (code, _) = await _cluster.CreateConfigMapAsync("x", "?dryRun=All");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(_cluster.Hooks.ReviewsOf("a").Single().Text("dryRun"), Is.EqualTo("true"));
    }

    [TestCase("Some", "Ignore", 400, "admission webhook \"a.example.com\" does not support dry run")]
    [TestCase("Unknown", "Fail", 400, "admission webhook \"a.example.com\" does not support dry run")]
    [TestCase(null, "Fail", 500, "Internal error occurred: failed calling webhook \"a.example.com\": Webhook SideEffects is nil")]
    [TestCase(null, "Ignore", 201, "")]
    public async Task DryRun_SideEffects_OfOldConfigurationsAreRefused(
        string? sideEffects, string failurePolicy, int code, string message)
    {
        _cluster.Hooks.Answer("a", """{"allowed":true}""");
        var webhook = _cluster.Webhook("a", $"\"failurePolicy\":\"{failurePolicy}\"");
        webhook["sideEffects"] = sideEffects;
        await _cluster.Objects.TryCreateAsync(
            ResourceCatalog.Find(new GroupVersionKind("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration"))!,
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = "a" }, ["webhooks"] = new JsonArray(webhook) },
            default);
        var (answered, status) = await _cluster.CreateConfigMapAsync("x", "?dryRun=All");

        Assert.That(status.Text("message"), Is.EqualTo(message));
        Assert.That(answered, Is.EqualTo(code));
        Assert.That(_cluster.Hooks.Calls, Is.Empty);
    }

    [Test]
    public async Task Refusal_Audit_HasTheWebhooksRemarks()
    {
        _cluster.Hooks.Answer("a", """{"allowed":true,"auditAnnotations":{"why":"because"}}""");
        await _cluster.AddAsync(isMutating: false, "a");
        await _cluster.CreateConfigMapAsync("x");

        Assert.That(_cluster.Remarks["a.example.com/why"].Value, Is.EqualTo("because"));
    }

    [Test]
    public async Task SlowWebhook_HoldsUpOnlyWhatItMatches()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        _cluster.Hooks.On("slow", async context =>
        {
            await _cluster.Hooks.ReadAsync(context);
            asked.SetResult();
            await answer.Task;
        });
        await _cluster.AddAsync(isMutating: false, "slow", "\"failurePolicy\":\"Ignore\"");
        var slow = _cluster.CreateConfigMapAsync("x");
        await asked.Task;
        var (code, _) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/secrets", """{"metadata":{"name":"quick"}}""");

        Assert.That(code, Is.EqualTo(201));
        Assert.That(slow.IsCompleted, Is.False);
        answer.SetResult();
        Assert.That((await slow).Code, Is.EqualTo(201), "an answer without a body is ignored here");
    }

    [Test]
    public async Task Configuration_ChangedAndDeleted_CountsAtOnce()
    {
        _cluster.Hooks.Answer("no", """{"allowed":false}""");
        const string path = "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/no";
        await _cluster.AddAsync(isMutating: false, "no");
        var denied = await _cluster.CreateConfigMapAsync("a");
        await _cluster.Admin.SendAsync(
            "PATCH", path, """[{"op":"replace","path":"/webhooks/0/rules/0/resources/0","value":"secrets"}]""",
            "application/json-patch+json");
        var allowed = await _cluster.CreateConfigMapAsync("a");
        await _cluster.Admin.SendAsync(
            "PATCH", path, """[{"op":"replace","path":"/webhooks/0/rules/0/resources/0","value":"*"}]""",
            "application/json-patch+json");
        var deniedAgain = await _cluster.CreateConfigMapAsync("b");
        await _cluster.Admin.SendAsync("DELETE", path);
        var allowedAgain = await _cluster.CreateConfigMapAsync("b");

        Assert.That(
            new[] { denied.Code, allowed.Code, deniedAgain.Code, allowedAgain.Code }, Is.EqualTo(new[] { 400, 201, 400, 201 }));
    }

    [Test]
    public async Task Metrics_HaveUpstreamsNamesAndLabels()
    {
        _cluster.Hooks.Answer("counted", """{"allowed":false,"status":{"code":403}}""");
        _cluster.Hooks.On("ignored", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await _cluster.AddAsync(isMutating: true, "ignored", "\"failurePolicy\":\"Ignore\"");
        await _cluster.AddAsync(isMutating: false, "counted");
        await _cluster.CreateConfigMapAsync("a");
        using var response = await _cluster.Admin.SendRawAsync("GET", "metrics");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');

        foreach (var line in new[]
        {
            "apiserver_admission_webhook_rejection_count{name=\"counted.example.com\",type=\"validating\",operation=\"CREATE\",error_type=\"no_error\",rejection_code=\"403\"} 1",
            "apiserver_admission_webhook_request_total{name=\"counted.example.com\",type=\"validating\",operation=\"CREATE\",code=\"403\",rejected=\"true\"} 1",
            "apiserver_admission_webhook_request_total{name=\"ignored.example.com\",type=\"admit\",operation=\"CREATE\",code=\"500\",rejected=\"false\"} 1",
            "apiserver_admission_webhook_fail_open_count{name=\"ignored.example.com\",type=\"admit\"} 1",
            "apiserver_admission_webhook_admission_duration_seconds_bucket{name=\"counted.example.com\",type=\"validating\",operation=\"CREATE\",rejected=\"true\",le=\"25\"} 1",
        })
        {
            Assert.That(lines, Does.Contain(line));
        }

        Assert.That(lines, Has.Some.StartsWith(
            "apiserver_admission_controller_admission_duration_seconds_bucket{name=\"ValidatingAdmissionWebhook\",type=\"validate\",operation=\"CREATE\",rejected=\"true\",le=\"2.5\"}"));
        Assert.That(lines, Has.Some.StartsWith(
            "apiserver_admission_step_admission_duration_seconds_count{type=\"validate\",operation=\"CREATE\",rejected=\"true\"}"));
    }
}
