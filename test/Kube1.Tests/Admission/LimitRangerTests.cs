using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Plugins;
using Kube1.ApiServer.Auth;
using Kube1.Tests.Auth;

namespace Kube1.Tests.Admission;

/// <summary>Defaults and bounds of LimitRanges, with upstream's texts.</summary>
[TestFixture]
public sealed class LimitRangerTests
{
    private const string Asked = """{"containers":[{"name":"a","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"2"}}}]}""";

    [Test]
    public void Create_NothingAsked_GetsDefaultsAndANote()
    {
        var pod = Pod(
            """
            {"initContainers":[{"name":"i"}],"containers":[{"name":"a"},
            {"name":"b","resources":{"requests":{"cpu":"1m","memory":"1"},"limits":{"cpu":"5m"}}}]}
            """);
        Run(pod, Range("""{"type":"Container","default":{"cpu":"500m"},"defaultRequest":{"memory":"1Mi","cpu":"100m"}}"""));

        Assert.That(
            pod["spec"]!["containers"]![0]!["resources"]!.ToJsonString(),
            Is.EqualTo("""{"requests":{"memory":"1Mi","cpu":"100m"},"limits":{"cpu":"500m"}}"""));
        Assert.That(
            pod["spec"]!["containers"]![1]!["resources"]!.ToJsonString(),
            Is.EqualTo("""{"requests":{"cpu":"1m","memory":"1"},"limits":{"cpu":"5m"}}"""));
        Assert.That(
            (string)pod["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"]!,
            Is.EqualTo(
                "LimitRanger plugin set: cpu, memory request for container a; cpu limit for container a; cpu, memory request "
                + "for init container i; cpu limit for init container i"));
    }

    [TestCase("""{"type":"Container","max":{"cpu":"1"}}""", "maximum cpu usage per Container is 1, but limit is 2")]
    [TestCase("""{"type":"Container","max":{"memory":"1Gi"}}""", "maximum memory usage per Container is 1Gi.  No limit is specified")]
    [TestCase("""{"type":"Container","min":{"cpu":"1"}}""", "minimum cpu usage per Container is 1, but request is 500m")]
    [TestCase("""{"type":"Container","min":{"memory":"1Mi"}}""", "minimum memory usage per Container is 1Mi.  No request is specified")]
    [TestCase(
        """{"type":"Container","maxLimitRequestRatio":{"cpu":"3"}}""",
        "cpu max limit to request ratio per Container is 3, but provided ratio is 4.000000")]
    [TestCase(
        """{"type":"Container","maxLimitRequestRatio":{"memory":"3"}}""",
        "memory max limit to request ratio per Container is 3, but no request is specified or request is 0")]
    [TestCase("""{"type":"Pod","max":{"cpu":"1"}}""", "maximum cpu usage per Pod is 1, but limit is 2")]
    [TestCase(
        """{"type":"Container","max":{"cpu":"1"},"min":{"cpu":"1"}}""",
        "[minimum cpu usage per Container is 1, but request is 500m, maximum cpu usage per Container is 1, but limit is 2]")]
    public void Create_OutOfBounds_IsForbiddenInUpstreamsWords(string limit, string why) => Assert.That(
        () => Run(Pod(Asked), Range(limit)),
        Throws.TypeOf<ApiException>().With.Message.EqualTo($"pods \"p\" is forbidden: {why}"));

    [TestCase("""{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"500m"},"maxLimitRequestRatio":{"cpu":"4"}}""")]
    [TestCase("""{"type":"PersistentVolumeClaim","max":{"storage":"1"}}""")]
    [TestCase("""{"type":"Pod","max":{"cpu":"2"}}""")]
    public void Create_InBounds_Passes(string limit) => Assert.That(() => Run(Pod(Asked), Range(limit)), Throws.Nothing);

    [Test]
    public void CreatePod_SidecarsAndPodLevel_CountForThePod()
    {
        const string sidecar = """
            {"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"limits":{"cpu":"1"}}}],
            "containers":[{"name":"a","resources":{"limits":{"cpu":"1500m"}}}]}
            """;
        const string podLevel = """{"resources":{"limits":{"cpu":"1"}},"containers":[{"name":"a","resources":{"limits":{"cpu":"5"}}}]}""";
        var range = Range("""{"type":"Pod","max":{"cpu":"2"}}""");

        Assert.That(
            () => Run(Pod(sidecar), range),
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "pods \"p\" is forbidden: maximum cpu usage per Pod is 2, but limit is 2500m"));
        Assert.That(() => Run(Pod(podLevel), range), Throws.Nothing);
    }

    [Test]
    public void ResizePod_OutOfBounds_IsForbidden()
    {
        var request = Request(Pod(Asked), Pod(Asked), "resize", new FakeObjects(Range("""{"type":"Container","max":{"cpu":"1"}}""")));
        var plugin = new LimitRanger();

        Assert.That(plugin.Handles(request), Is.True);
        Assert.That(
            () => plugin.ValidateAsync(request, default).AsTask(),
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "pods \"p\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"));
    }

    [Test]
    public void UpdatePod_Otherwise_IsNotLookedAt() => Assert.That(
        new LimitRanger().Handles(Request(Pod(Asked), Pod(Asked), "", new FakeObjects())), Is.False);

    [TestCase("""{"min":{"storage":"2Gi"}}""", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi")]
    [TestCase("""{"max":{"storage":"512Mi"}}""", "maximum storage usage per PersistentVolumeClaim is 512Mi, but request is 1Gi")]
    [TestCase("""{"max":{"storage":"1Gi"},"min":{"storage":"1Gi"}}""", null)]
    public void CreateClaim_Bounds_AreThoseOfItsRequest(string bounds, string? why)
    {
        var limit = JsonNode.Parse(bounds)!.AsObject();
        limit["type"] = "PersistentVolumeClaim";
        var request = new AdmissionRequest
        {
            Operation = AdmissionOperation.Create,
            Resource = ResourceCatalog.Find(new GroupVersionResource("", "v1", "persistentvolumeclaims"))!,
            Namespace = "ns",
            Name = "c",
            User = UserInfo.ApiServer,
            Object = JsonNode.Parse("""{"spec":{"resources":{"requests":{"storage":"1Gi"},"limits":{"storage":"9Gi"}}}}""")!.AsObject(),
            Objects = new FakeObjects(Range(limit.ToJsonString())),
        };

        Assert.That(
            () => new LimitRanger().ValidateAsync(request, default).AsTask(),
            why is null
                ? Throws.Nothing
                : Throws.TypeOf<ApiException>().With.Message.EqualTo($"persistentvolumeclaims \"c\" is forbidden: {why}"));
    }

    private static V1LimitRange Range(string limit)
    {
        var range = FakeObjects.Named(new V1LimitRange(), "ns", "lr");
        range.Spec = new V1LimitRangeSpec { Limits = [KubeJson.Deserialize<V1LimitRangeItem>(JsonNode.Parse(limit)!)] };
        return range;
    }

    private static void Run(JsonObject pod, V1LimitRange range) => Run(new LimitRanger(), pod, new FakeObjects(range));

    private static JsonObject Pod(string spec, string metadata = "{}")
    {
        var pod = new JsonObject { ["metadata"] = JsonNode.Parse(metadata), ["spec"] = JsonNode.Parse(spec) };
        pod["metadata"]!["name"] = "p";
        pod["metadata"]!["namespace"] = "ns";
        return pod;
    }

    private static void Run(AdmissionPlugin plugin, JsonObject pod, FakeObjects objects)
    {
        var request = Request(pod, null, "", objects);
        Assert.That(plugin.Handles(request), Is.True);
        plugin.AdmitAsync(request, default).AsTask().GetAwaiter().GetResult();
        plugin.ValidateAsync(request, default).AsTask().GetAwaiter().GetResult();
    }

    private static AdmissionRequest Request(JsonObject pod, JsonObject? old, string subresource, FakeObjects objects) => new()
    {
        Operation = old is null ? AdmissionOperation.Create : AdmissionOperation.Update,
        Resource = ResourceCatalog.Find(new GroupVersionResource("", "v1", "pods"))!,
        Subresource = subresource,
        Namespace = "ns",
        Name = "p",
        User = UserInfo.ApiServer,
        Object = pod,
        OldObject = old,
        Objects = objects,
    };
}
