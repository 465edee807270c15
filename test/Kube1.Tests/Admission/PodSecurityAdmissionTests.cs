using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Plugins;
using Kube1.ApiServer.Admission.PodSecurityStandards;
using Kube1.ApiServer.Auth;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Admission;

/// <summary>Pod Security through a running server, and its configuration and audit annotations.</summary>
[TestFixture]
public sealed class PodSecurityAdmissionTests
{
    private const string Enforce = "pod-security.kubernetes.io/enforce";

    private const string HostPod = """{"metadata":{"name":"p"},"spec":{"hostPID":true,"containers":[{"name":"c","image":"i"}]}}""";

    private SecureCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await SecureCluster.StartAsync();

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task CreatePod_ViolatesEnforced_IsForbiddenInUpstreamsWords()
    {
        await NamespaceAsync("ns", $$"""{"{{Enforce}}":"baseline"}""");

        var (code, status) = await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/ns/pods", HostPod);

        Assert.That(code, Is.EqualTo(403));
        Assert.That(status.Text("reason"), Is.EqualTo("Forbidden"));
        Assert.That(
            status.Text("message"),
            Is.EqualTo("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"));
        Assert.That(status.Text("details.kind"), Is.EqualTo("pods"));
    }

    [Test]
    public async Task CreatePod_OlderRules_AreThoseOfTheRelease()
    {
        await NamespaceAsync("ns", $$"""{"{{Enforce}}":"baseline","{{Enforce}}-version":"v1.33"}""");
        const string probe = """
            {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i",
            "livenessProbe":{"httpGet":{"port":80,"host":"example.com"}}}]}}
            """;

        var (old, _) = await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/ns/pods?dryRun=All", probe);
        await LabelAsync("ns", $$"""{"{{Enforce}}-version":"v1.34"}""");
        var (code, status) = await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/ns/pods", probe);

        Assert.That(old, Is.EqualTo(201));
        Assert.That(code, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "pods \"p\" is forbidden: violates PodSecurity \"baseline:v1.34\": probe or lifecycle host (container \"c\" uses "
                + "probe or lifecycle host \"example.com\")"));
    }

    [Test]
    public async Task CreateDeployment_ViolatesEnforced_IsOnlyWarnedOf()
    {
        await NamespaceAsync("ns", $$"""{"{{Enforce}}":"baseline"}""");

        using var response = await _cluster.Admin.SendRawAsync(
            "POST", "apis/apps/v1/namespaces/ns/deployments",
            """
            {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}}}
            """);

        Assert.That((int)response.StatusCode, Is.EqualTo(201));
        Assert.That(
            Warnings(response),
            Is.EqualTo(new[]
            {
                "would violate PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true), privileged (container \"c\" "
                + "must not set securityContext.privileged=true)",
            }));
    }

    [Test]
    public async Task CreatePod_WarnLevelStricter_PassesWithWarning()
    {
        await NamespaceAsync(
            "ns", """{"pod-security.kubernetes.io/warn":"baseline","pod-security.kubernetes.io/warn-version":"v1.20"}""");

        using var response = await _cluster.Admin.SendRawAsync("POST", "api/v1/namespaces/ns/pods", HostPod);

        Assert.That((int)response.StatusCode, Is.EqualTo(201));
        Assert.That(
            Warnings(response),
            Is.EqualTo(new[] { "would violate PodSecurity \"baseline:v1.20\": host namespaces (hostPID=true)" }));
    }

    [Test]
    public async Task UpdatePod_OnlyWhatMatters_IsHeldToThePolicy()
    {
        await NamespaceAsync("ns", "{}");
        await _cluster.CreateAsync("api/v1/namespaces/ns/pods", HostPod);
        await LabelAsync("ns", $$"""{"{{Enforce}}":"baseline"}""");
        const string merge = "application/merge-patch+json";
        const string path = "api/v1/namespaces/ns/pods/p";

        var (label, _) = await _cluster.Admin.SendAsync("PATCH", path, """{"metadata":{"labels":{"a":"b"}}}""", merge);
        var (image, status) = await _cluster.Admin.SendAsync(
            "PATCH", path, """{"spec":{"containers":[{"name":"c","image":"j"}]}}""", "application/strategic-merge-patch+json");
        var (ephemeral, _) = await _cluster.Admin.SendAsync(
            "PATCH", path + "/ephemeralcontainers", """{"spec":{"ephemeralContainers":[{"name":"e","image":"i"}]}}""",
            "application/strategic-merge-patch+json");

        Assert.That(label, Is.EqualTo(200));
        Assert.That(image, Is.EqualTo(403));
        Assert.That(
            status.Text("message"),
            Is.EqualTo("pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"));
        Assert.That(ephemeral, Is.EqualTo(403));
    }

    [Test]
    public async Task CreateNamespace_BadLabels_IsInvalidInUpstreamsWords()
    {
        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces",
            $$$$"""{"metadata":{"name":"ns","labels":{"{{{{Enforce}}}}":"strict","{{{{Enforce}}}}-version":"1.24"}}}""");

        Assert.That(code, Is.EqualTo(422));
        Assert.That(
            status.Text("message"),
            Is.EqualTo(
                "Namespace \"ns\" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": "
                + "must be one of privileged, baseline, restricted, "
                + "metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: \"1.24\": must be \"latest\" or "
                + "\"v1.x\"]"));
    }

    [Test]
    public async Task LabelNamespace_ExistingPodsViolate_WarnsInGroups()
    {
        await NamespaceAsync("ns", "{}");
        foreach (var (name, spec) in new[]
        {
            ("b", "\"hostPID\":true,"), ("a", "\"hostPID\":true,"), ("c", "\"hostIPC\":true,"), ("d", "\"hostNetwork\":true,"),
            ("good", ""),
        })
        {
            await _cluster.CreateAsync(
                "api/v1/namespaces/ns/pods",
                $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{{spec}}}"containers":[{"name":"c","image":"i"}]}}""");
        }

        await _cluster.CreateAsync(
            "api/v1/namespaces/ns/pods",
            """{"metadata":{"name":"e"},"spec":{"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}]}}""");

        using var response = await _cluster.Admin.SendRawAsync(
            "PATCH", "api/v1/namespaces/ns", $$$$"""{"metadata":{"labels":{"{{{{Enforce}}}}":"baseline"}}}""",
            "application/merge-patch+json");

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(
            Warnings(response),
            Is.EqualTo(new[]
            {
                "existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"baseline:latest\"",
                "a (and 3 other pods): host namespaces", "e: privileged",
            }));
    }

    [Test]
    public async Task LabelNamespace_LaxerLevel_LooksAtNoPods()
    {
        await NamespaceAsync("ns", "{}");
        await _cluster.CreateAsync("api/v1/namespaces/ns/pods", HostPod);
        await LabelAsync("ns", $$"""{"{{Enforce}}":"restricted"}""");

        using var response = await _cluster.Admin.SendRawAsync(
            "PATCH", "api/v1/namespaces/ns", $$$$"""{"metadata":{"labels":{"{{{{Enforce}}}}":"baseline"}}}""",
            "application/merge-patch+json");

        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(Warnings(response), Is.Empty);
    }

    [Test]
    public async Task Metrics_AfterEvaluations_CountThem()
    {
        await NamespaceAsync("ns", $$"""{"{{Enforce}}":"baseline"}""");
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/ns/pods", HostPod);

        var (_, body) = await _cluster.Admin.SendAsync("GET", "metrics");

        Assert.That(
            body.Text("text").Split('\n').Where(l => l.StartsWith("pod_security_evaluations_total{", StringComparison.Ordinal)
                && l.Contains("decision=\"deny\"", StringComparison.Ordinal)
                && l.Contains("policy_level=\"baseline\"", StringComparison.Ordinal)
                && l.Contains("policy_version=\"latest\"", StringComparison.Ordinal)
                && l.Contains("mode=\"enforce\"", StringComparison.Ordinal)
                && l.Contains("request_operation=\"create\"", StringComparison.Ordinal)
                && l.Contains("resource=\"pod\"", StringComparison.Ordinal)),
            Is.Not.Empty);
    }

    [Test]
    public void Validate_AuditLevel_AnnotatesTheAuditEvent()
    {
        var annotations = Run(
            """{"pod-security.kubernetes.io/audit":"baseline"}""", """{"hostPID":true,"containers":[{"name":"c"}]}""", new());

        Assert.That(
            annotations,
            Is.EqualTo(new Dictionary<string, string>
            {
                ["pod-security.kubernetes.io/enforce-policy"] = "privileged:latest",
                ["pod-security.kubernetes.io/audit-violations"] =
                    "would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)",
            }));
    }

    [Test]
    public void Validate_UnreadableLabel_EnforcesTheStrictestAndSaysSo() => Assert.That(
        () => Run($$"""{"{{Enforce}}":"nonsense"}""", """{"containers":[{"name":"c"}]}""", new()),
        Throws.TypeOf<ApiException>().With.Message.StartsWith(
            "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false"));

    [TestCase("user", "user")]
    [TestCase("namespace", "namespace")]
    [TestCase("runtimeClass", "runtimeClass")]
    public void Validate_Exempt_PassesAndSaysWhy(string kind, string expected)
    {
        var settings = kind switch
        {
            "user" => new PodSecuritySettings { ExemptUsers = new HashSet<string> { "system:apiserver" } },
            "namespace" => new PodSecuritySettings { ExemptNamespaces = new HashSet<string> { "ns" } },
            _ => new PodSecuritySettings { ExemptRuntimeClasses = new HashSet<string> { "vm" } },
        };

        var annotations = Run(
            $$"""{"{{Enforce}}":"restricted"}""", """{"runtimeClassName":"vm","hostPID":true,"containers":[{"name":"c"}]}""",
            settings);

        Assert.That(annotations, Is.EqualTo(new Dictionary<string, string> { ["pod-security.kubernetes.io/exempt"] = expected }));
    }

    [Test]
    public void Validate_DefaultsOfTheAdministrator_CountWhereLabelsSayNothing() => Assert.That(
        () => Run(
            "{}", """{"hostPID":true,"containers":[{"name":"c"}]}""",
            new PodSecuritySettings
            {
                Defaults = NamespacePolicy.Privileged with { Enforce = PodSecurityCheckTests.Policy("baseline:v1.20") },
            }),
        Throws.TypeOf<ApiException>().With.Message.EqualTo(
            "pods \"p\" is forbidden: violates PodSecurity \"baseline:v1.20\": host namespaces (hostPID=true)"));

    [Test]
    public void WarningWhenExempt_PolicyOfItsOwn_NamesIt()
    {
        var labels = new Dictionary<string, string>
        {
            [Enforce] = "baseline", ["pod-security.kubernetes.io/audit"] = "restricted",
        };
        var policy = NamespacePolicy.Of(labels, NamespacePolicy.Privileged, new());

        Assert.That(
            policy.WarningWhenExempt("ns", labels, NamespacePolicy.Privileged),
            Is.EqualTo(
                "namespace \"ns\" is exempt from Pod Security, and the policy (enforce=baseline:latest, "
                + "audit=restricted:latest) will be ignored"));
    }

    private static Dictionary<string, string> Run(string labels, string spec, PodSecuritySettings settings)
    {
        var ns = FakeObjects.Named(new V1Namespace(), "", "ns");
        ns.Metadata.Labels = JsonNode.Parse(labels)!.AsObject().ToDictionary(l => l.Key, l => (string)l.Value!);
        var annotations = new AuditAnnotations();
        var request = new AdmissionRequest
        {
            Operation = AdmissionOperation.Create,
            Resource = ResourceCatalog.Find(new GroupVersionResource("", "v1", "pods"))!,
            Namespace = "ns",
            Name = "p",
            User = UserInfo.ApiServer,
            Object = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p" }, ["spec"] = JsonNode.Parse(spec) },
            Objects = new FakeObjects(ns),
            AuditAnnotations = annotations,
        };
        var plugin = new PodSecurity(settings, TimeProvider.System);
        Assert.That(plugin.Handles(request), Is.True);
        plugin.ValidateAsync(request, default).AsTask().GetAwaiter().GetResult();
        return annotations.Snapshot().ToDictionary(a => a.Key, a => a.Value.Value);
    }

    private static string[] Warnings(HttpResponseMessage response) => response.Headers.TryGetValues("Warning", out var values)
        ? [.. values.Select(v => System.Text.RegularExpressions.Regex.Unescape(v["299 - \"".Length..^1]))]
        : [];

    private async Task NamespaceAsync(string name, string labels)
    {
        await _cluster.CreateAsync(
            "api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":" + labels + "}}");
        await _cluster.CreateAsync($"api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    private async Task LabelAsync(string name, string labels)
    {
        var (code, answer) = await _cluster.Admin.SendAsync(
            "PATCH", "api/v1/namespaces/" + name, "{\"metadata\":{\"labels\":" + labels + "}}",
            "application/merge-patch+json");
        Assert.That(code, Is.EqualTo(200), answer.ToJsonString());
    }
}
