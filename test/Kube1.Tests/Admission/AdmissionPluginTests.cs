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

[TestFixture]
public sealed class AdmissionPluginTests
{
    private static readonly UserInfo Node = new("system:node:n1") { Groups = ["system:nodes"] };

    [Test]
    public void NamespaceLifecycle_MissingNamespace_IsNotFound() => Assert.That(
        () => Run(new NamespaceLifecycle(), Pod("{}"), new FakeObjects()),
        Throws.TypeOf<ApiException>().With.Message.EqualTo("namespaces \"ns\" not found"));

    [Test]
    public void NamespaceLifecycle_Terminating_RefusesNewContent()
    {
        var ns = FakeObjects.Named(new V1Namespace(), "", "ns");
        ns.Status = new V1NamespaceStatus { Phase = "Terminating" };

        Assert.That(
            () => Run(new NamespaceLifecycle(), Pod("{}"), new FakeObjects(ns)),
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "pods \"p\" is forbidden: unable to create new content in namespace ns because it is being terminated"));
    }

    [Test]
    public void Refusal_ObjectWithoutAName_SaysUnknown()
    {
        var ns = FakeObjects.Named(new V1Namespace(), "", "ns");
        ns.Status = new V1NamespaceStatus { Phase = "Terminating" };
        var nameless = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = new JsonObject() };
        var request = Request("pods", AdmissionOperation.Create, nameless, new FakeObjects(ns), UserInfo.ApiServer, "", "ns");

        Assert.That(
            () => new NamespaceLifecycle().AdmitAsync(request, default).AsTask(),
            Throws.TypeOf<ApiException>().With.Message.StartsWith("pods \"Unknown\" is forbidden: unable to create new content"));
    }

    [TestCase("default", true)]
    [TestCase("kube-system", true)]
    [TestCase("mine", false)]
    public void NamespaceLifecycle_DeleteNamespace_KeepsTheSystemsOwn(string name, bool refused)
    {
        var request = Request("namespaces", AdmissionOperation.Delete, null, new FakeObjects(), UserInfo.ApiServer, name, "");
        var run = () => new NamespaceLifecycle().AdmitAsync(request, default).AsTask();

        Assert.That(run, refused
            ? Throws.TypeOf<ApiException>().With.Message.EndsWith("this namespace may not be deleted")
            : Throws.Nothing);
    }

    [Test]
    public void DefaultTolerationSeconds_Twice_AddsOnce()
    {
        var pod = Pod("{}");
        Run(new DefaultTolerationSeconds(), pod, new FakeObjects());
        Run(new DefaultTolerationSeconds(), pod, new FakeObjects());

        Assert.That(pod["spec"]!["tolerations"]!.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public void Priority_ClassNamed_SetsItsValueAndRefusesAnother()
    {
        var high = FakeObjects.Named(new V1PriorityClass { Value = 1000 }, "", "high");
        var pod = Pod("""{"priorityClassName":"high"}""");
        Run(new PodPriority(), pod, new FakeObjects(high));

        Assert.That((int)pod["spec"]!["priority"]!, Is.EqualTo(1000));
        Assert.That(
            () => Run(new PodPriority(), Pod("""{"priorityClassName":"high","priority":5}"""), new FakeObjects(high)),
            Throws.TypeOf<ApiException>().With.Message.Contains("the integer value of priority (5) must not be provided"));
        Assert.That(
            () => Run(new PodPriority(), Pod("""{"priorityClassName":"none"}"""), new FakeObjects(high)),
            Throws.TypeOf<ApiException>().With.Message.EqualTo("pods \"p\" is forbidden: no PriorityClass with name none was found"));
    }

    [Test]
    public void NodeRestriction_OtherNode_IsRefused()
    {
        var other = JsonNode.Parse("""{"metadata":{"name":"n2"}}""")!.AsObject();
        var request = Request("nodes", AdmissionOperation.Create, other, new FakeObjects(), Node, "", "");

        Assert.That(
            () => NodePlugin().AdmitAsync(request, default).AsTask(),
            Throws.TypeOf<ApiException>().With.Message.EqualTo(
                "nodes \"n2\" is forbidden: node \"n1\" is not allowed to modify node \"n2\""));
    }

    [TestCase("kubernetes.io/hostname", false)]
    [TestCase("node.kubernetes.io/x", false)]
    [TestCase("example.com/x", false)]
    [TestCase("node-restriction.kubernetes.io/x", true)]
    [TestCase("node-role.kubernetes.io/control-plane", true)]
    public void NodeRestriction_Labels_OnlyTheKubeletsOwn(string label, bool refused)
    {
        var node = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "n1", ["labels"] = new JsonObject { [label] = "" } },
        };
        var request = Request("nodes", AdmissionOperation.Create, node, new FakeObjects(), Node, "", "");

        Assert.That(
            () => NodePlugin().AdmitAsync(request, default).AsTask(),
            refused ? Throws.TypeOf<ApiException>().With.Message.Contains(label) : Throws.Nothing);
    }

    [Test]
    public void NodeRestriction_PlainPod_IsRefused() => Assert.That(
        () => Run(NodePlugin(), Pod("""{"nodeName":"n1"}"""), new FakeObjects(), Node),
        Throws.TypeOf<ApiException>().With.Message.Contains("can only create mirror pods"));

    [TestCase("""{"runtimeClassName":"thick"}""", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [TestCase("""{"runtimeClassName":"thick","overhead":{"cpu":"2"}}""",
        "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [TestCase("""{"runtimeClassName":"thick","overhead":{"cpu":"250m"}}""", null)]
    [TestCase("""{"overhead":{"cpu":"2"}}""",
        "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    public void RuntimeClass_OverheadChangedByAWebhook_IsRefused(string spec, string? why)
    {
        var request = Request("pods", AdmissionOperation.Create, Pod(spec), new FakeObjects(Thick()), UserInfo.ApiServer, "p", "ns");
        var judged = () => new RuntimeClassAdmission().ValidateAsync(request, default).AsTask();

        Assert.That(judged, why is null
            ? Throws.Nothing
            : Throws.TypeOf<ApiException>().With.Message.EqualTo("pods \"p\" is forbidden: " + why));
    }

    [Test]
    public void RuntimeClass_OtherNodesWanted_IsRefusedInUpstreamsWords() => Assert.That(
        () => Run(
            new RuntimeClassAdmission(), Pod("""{"runtimeClassName":"thick","nodeSelector":{"kind":"small"}}"""), new FakeObjects(Thick())),
        Throws.TypeOf<ApiException>().With.Message.EqualTo(
            "pods \"p\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[kind] = big; "
            + "pod.spec.nodeSelector[kind] = small"));

    private static V1RuntimeClass Thick() => FakeObjects.Named(
        new V1RuntimeClass
        {
            Handler = "thick",
            Overhead = new V1Overhead { PodFixed = new() { ["cpu"] = ResourceQuantity.Parse("250m") } },
            Scheduling = new V1Scheduling { NodeSelector = new() { ["kind"] = "big" } },
        },
        "", "thick");

    private static NodeRestriction NodePlugin() =>
        new(new AuthorizerChain([]), () => throw new InvalidOperationException("no token is asked for"));

    private static JsonObject Pod(string spec) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = "ns" },
        ["spec"] = JsonNode.Parse(spec),
    };

    private static void Run(AdmissionPlugin plugin, JsonObject pod, FakeObjects objects, UserInfo? user = null)
    {
        var request = Request("pods", AdmissionOperation.Create, pod, objects, user ?? UserInfo.ApiServer, "p", "ns");
        Assert.That(plugin.Handles(request), Is.True);
        plugin.AdmitAsync(request, default).AsTask().GetAwaiter().GetResult();
        plugin.ValidateAsync(request, default).AsTask().GetAwaiter().GetResult();
    }

    private static AdmissionRequest Request(
        string resource, AdmissionOperation operation, JsonObject? obj, FakeObjects objects, UserInfo user, string name,
        string ns) => new()
        {
            Operation = operation,
            Resource = ResourceCatalog.Find(new GroupVersionResource("", "v1", resource))!,
            Namespace = ns,
            Name = name,
            User = user,
            Object = obj,
            Objects = objects,
        };
}
