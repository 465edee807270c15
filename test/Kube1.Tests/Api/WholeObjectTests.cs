using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>Objects as upstream shows them to webhooks and expressions.</summary>
public sealed class WholeObjectTests
{
    [TestCase("v1", "Service", """{"metadata":{},"spec":{"ports":[{"port":80}]}}""",
        """{"metadata":{},"spec":{"ports":[{"port":80}]},"status":{"loadBalancer":{}}}""")]
    [TestCase("networking.k8s.io/v1", "NetworkPolicy", """{"metadata":{},"spec":{"policyTypes":["Ingress"]}}""",
        """{"metadata":{},"spec":{"policyTypes":["Ingress"],"podSelector":{}}}""")]
    [TestCase("v1", "Pod", """{"metadata":{},"spec":{"containers":[{"name":"c"}]}}""",
        """{"metadata":{},"spec":{"containers":[{"name":"c","resources":{}}]},"status":{}}""")]
    [TestCase("policy/v1", "PodDisruptionBudget", """{"metadata":{},"spec":{"maxUnavailable":1}}""",
        """
        {"metadata":{},"spec":{"maxUnavailable":1},"status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,
        "expectedPods":0}}
        """)]
    public void Of_PartsLeftOut_AreThereAndEmpty(string apiVersion, string kind, string given, string expected)
    {
        var obj = JsonNode.Parse(given)!.AsObject();
        var whole = WholeObject.Of(obj, TypeOf(apiVersion, kind));

        Assert.That(JsonNode.DeepEquals(whole, JsonNode.Parse(expected)), Is.True, whole.ToJsonString());
        Assert.That(JsonNode.DeepEquals(obj, JsonNode.Parse(given)), Is.True, "the object itself stays as it is");
    }

    [Test]
    public void Of_AWholeOne_IsItself()
    {
        var obj = JsonNode.Parse("""{"metadata":{},"data":{"a":"b"}}""")!.AsObject();

        Assert.That(WholeObject.Of(obj, TypeOf("v1", "ConfigMap")), Is.SameAs(obj));
    }

    private static SchemaType TypeOf(string apiVersion, string kind) =>
        SchemaCatalog.BuiltIn.Find(GroupVersionKind.Of(apiVersion, kind))!;
}
